// SPDX-License-Identifier: Apache-2.0
// The processes: partition nodes, which sell, and allocators, which keep the books.

import { badge, h, rows, setBadge } from "./dom.js";
import { nodeTable, scroll } from "./parts.js";

export function nodeList() {
  const nodes = nodeTable("Partition nodes");
  const body = h("tbody");
  const fill = rows(
    body,
    (allocator) => allocator.name,
    (first) => {
      const role = badge();
      const row = h("tr", {}, h("th", { scope: "row" }, h("span", { class: "code" }, first.name)), h("td", {}, role), h("td", {}, h("span", { class: "code" }, first.address || "–")));
      return {
        row,
        update: (allocator) => setBadge(role, allocator.leads ? { label: "Leads", tone: "good" } : { label: "Settles", tone: "" }),
      };
    },
  );
  const table = h(
    "table",
    {},
    h("caption", {}, "Allocators"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Allocator"), h("th", { scope: "col" }, "Role"), h("th", { scope: "col" }, "Address"))),
    body,
  );
  return {
    element: h("div", {}, h("h1", { tabindex: "-1" }, "Nodes"), h("div", { class: "stack" }, nodes.element, h("div", { class: "card" }, scroll("Allocators", table)))),
    update(state) {
      nodes.update(state.nodes);
      fill(state.allocators);
    },
  };
}
