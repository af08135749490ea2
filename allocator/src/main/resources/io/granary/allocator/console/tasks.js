// SPDX-License-Identifier: Apache-2.0
// What is scheduled, and what is being moved.

import { h } from "./dom.js";

export function taskList() {
  return { element: h("div", {}, h("h1", { tabindex: "-1" }, "Tasks"), h("p", { class: "empty card" }, "None.")), update() {} };
}
