// SPDX-License-Identifier: Apache-2.0
// What is scheduled: when each task does something next, and what became of its last run.

import { badge, h, rows, setBadge, text } from "./dom.js";
import { moment, span } from "./format.js";
import { scroll, skuAddress } from "./parts.js";

const EVERY = 5000;
const KINDS = { OPEN_SALE: "Open a sale", TOP_UP: "Top up", REBALANCE: "Rebalance", RECONCILE: "Reconcile" };
const STATES = {
  WAITING: { label: "Waiting", tone: "" },
  RUNNING: { label: "Running", tone: "good" },
  PAUSED: { label: "Paused", tone: "warn" },
  OVER: { label: "Over", tone: "" },
};
const OUTCOMES = {
  DONE: { label: "Done", tone: "good" },
  NOTHING: { label: "Nothing to do", tone: "" },
  DRIFT: { label: "Drift", tone: "bad" },
  FAILED: { label: "Failed", tone: "bad" },
};

function when(task) {
  if (task.cron) return `${task.cron}${task.zone ? ` (${task.zone})` : " (UTC)"}`;
  if (task.everySeconds) return `every ${span(task.everySeconds)}`;
  return "once";
}

export function taskList() {
  const body = h("tbody");
  const fill = rows(
    body,
    (task) => task.name,
    (first) => {
      const state = badge();
      const outcome = badge();
      const detail = h("span", { class: "detail" });
      const next = h("td");
      const times = h("td", { class: "wide" });
      const about = h("td", { class: "wide" }, first.sku ? h("a", { class: "code", href: skuAddress(first.sku) }, first.sku) : "–");
      const row = h(
        "tr",
        {},
        h("th", { scope: "row" }, h("span", { class: "code" }, first.name)),
        h("td", {}, KINDS[first.kind] ?? first.kind),
        about,
        h("td", {}, state),
        next,
        times,
        h("td", {}, outcome, " ", detail),
      );
      return {
        row,
        update(task) {
          setBadge(state, STATES[task.state] ?? { label: task.state });
          text(next, task.next ? moment(Date.parse(task.next)) : "–");
          text(times, when(task));
          outcome.hidden = !task.last;
          if (task.last) setBadge(outcome, OUTCOMES[task.last.outcome] ?? { label: task.last.outcome });
          text(detail, task.last?.detail ?? "It has not run yet.");
        },
      };
    },
  );
  const none = h("p", { class: "empty" }, "Nothing is scheduled. scripts/granary admin task --help says how.");
  none.hidden = true;
  const heads = [["Task", ""], ["What", ""], ["SKU", "wide"], ["State", ""], ["Next", ""], ["When", "wide"], ["Last run", ""]];
  const table = h("table", {}, h("caption", { class: "unseen" }, "Tasks"), h("thead", {}, h("tr", {}, ...heads.map(([label, look]) => h("th", { scope: "col", class: look || null }, label)))), body);

  let asked = -Infinity;
  let over = false;
  let understood = null;

  /** Whether this allocator knows of tasks: an older one does not. */
  async function isUnderstood() {
    understood ??= (await (await fetch("api/v1/openapi.yaml")).text()).includes("/api/v1/tasks:");
    return understood;
  }

  async function ask() {
    asked = performance.now();
    try {
      if (!(await isUnderstood())) {
        text(none, "This allocator has no scheduler.");
        none.hidden = false;
        return;
      }
      const answer = await fetch("api/v1/tasks", { cache: "no-store" });
      if (answer.ok && !over) {
        const { tasks } = await answer.json();
        fill(tasks);
        none.hidden = tasks.length > 0;
      }
    } catch {
      // The bar says that the connection is lost; asked again in time.
    }
  }

  return {
    element: h("div", {}, h("h1", { tabindex: "-1" }, "Tasks"), h("div", { class: "card" }, scroll("Tasks", table), none)),
    update() {
      if (performance.now() - asked > EVERY) ask();
    },
    destroy() {
      over = true;
    },
  };
}
