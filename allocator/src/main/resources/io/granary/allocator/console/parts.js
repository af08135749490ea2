// SPDX-License-Identifier: Apache-2.0
// Parts that several pages have.

import { badge, h, rows, setBadge, shareBar, text } from "./dom.js";
import { FROZEN, STATES, moment, percent, rate, span, units } from "./format.js";
import { segment } from "./store.js";

export const skuAddress = (code) => `#/skus/${segment(code)}`;

/** Figures side by side: { element, set(name, value, note) }. */
export function figures(names) {
  const cells = new Map();
  const element = h("dl", { class: "card figures" });
  for (const [name, label, key] of names) {
    const value = h("dd", { class: "value" }, "–");
    const note = h("dd", { class: "note" });
    cells.set(name, { value, note });
    element.append(h("div", {}, h("dt", {}, key ? h("span", { class: `key ${key}`, "aria-hidden": "true" }) : null, label), value, note));
  }
  return {
    element,
    set(name, value, note = "") {
      const cell = cells.get(name);
      text(cell.value, value);
      text(cell.note, note);
    },
  };
}

/** A cell that holds a number. */
export function numberCell(extra = "") {
  return h("td", { class: `num ${extra}`.trim() });
}

export function setNumber(cell, n, write = units) {
  text(cell, write(n));
  cell.classList.toggle("zero", n === 0);
}

/** What rows of SKUs show, in this order; those marked wide leave when there is little room. */
export const SKU_COLUMNS = [
  { name: "sku", label: "SKU", get: (sku) => sku.sku },
  { name: "state", label: "State", get: (sku) => sku.state },
  { name: "perSecond", label: "Per second", num: true, get: (sku) => sku.perSecond },
  { name: "sold", label: "Sold", num: true, get: (sku) => sku.sold },
  { name: "pool", label: "Pool", num: true, wide: true, get: (sku) => sku.pool },
  { name: "inventory", label: "Inventory", num: true, wide: true, get: (sku) => sku.inventory },
  { name: "part", label: "Sold of received", share: true, wide: true, get: (sku) => (sku.received ? sku.sold / sku.received : 0) },
];

/** The badges of a SKU: what buyers know of it, and whether it is frozen. */
export function skuBadges() {
  const state = badge();
  const frozen = badge();
  setBadge(frozen, FROZEN);
  frozen.hidden = true;
  return {
    element: h("span", { class: "badges" }, state, frozen),
    update(sku) {
      setBadge(state, STATES[sku.state] ?? { label: sku.state });
      frozen.hidden = !sku.frozen;
    },
  };
}

export function skuRow(first) {
  const badges = skuBadges();
  const bar = shareBar();
  const share = h("span", { class: "unseen" });
  const cells = {
    perSecond: numberCell(),
    sold: numberCell(),
    pool: numberCell("wide"),
    inventory: numberCell("wide"),
  };
  const row = h(
    "tr",
    {},
    h("th", { scope: "row" }, h("a", { href: skuAddress(first.sku), class: "code", title: first.sku }, first.sku)),
    h("td", {}, badges.element),
    cells.perSecond,
    cells.sold,
    cells.pool,
    cells.inventory,
    h("td", { class: "share wide" }, bar.svg, share),
  );
  return {
    row,
    update(sku) {
      badges.update(sku);
      setNumber(cells.perSecond, sku.perSecond, rate);
      setNumber(cells.sold, sku.sold);
      setNumber(cells.pool, sku.pool);
      setNumber(cells.inventory, sku.inventory);
      bar.update(sku.sold, sku.pool, sku.inventory);
      text(share, percent(sku.sold, sku.received));
    },
  };
}

function nodeState(node) {
  if (!node.ready) return { label: "Not ready", tone: "bad" };
  if (!node.drained) return { label: "Ready", tone: "good" };
  return { label: node.partitions > 0 ? "Draining" : "Drained", tone: "warn" };
}

/** A table of nodes: { element, update(nodes) }. */
export function nodeTable(caption) {
  const body = h("tbody");
  const fill = rows(
    body,
    (node) => node.incarnation,
    (first) => {
      const state = badge();
      const cells = {
        partitions: numberCell("wide"),
        exhausted: numberCell("wide"),
        units: numberCell(),
        perSecond: numberCell(),
        lane: numberCell("wide"),
      };
      const row = h(
        "tr",
        {},
        h("th", { scope: "row" }, h("span", { class: "code", title: first.incarnation }, first.incarnation)),
        h("td", {}, state),
        cells.partitions,
        cells.exhausted,
        cells.units,
        cells.perSecond,
        cells.lane,
        h("td", { class: "wide" }, h("span", { class: "code" }, first.address)),
      );
      return {
        row,
        update(node) {
          setBadge(state, nodeState(node));
          setNumber(cells.partitions, node.partitions);
          setNumber(cells.exhausted, node.exhausted);
          setNumber(cells.units, node.units);
          setNumber(cells.perSecond, node.perSecond, rate);
          text(cells.lane, node.lane < 0 ? "–" : String(node.lane));
        },
      };
    },
  );
  // Until something is known it is not said that there is nothing.
  const none = h("p", { class: "empty", hidden: true }, "No partition node lives. Start one: scripts/granary node --config FILE");
  const table = h(
    "table",
    {},
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Node"),
        h("th", { scope: "col" }, "State"),
        h("th", { scope: "col", class: "num wide" }, "Partitions"),
        h("th", { scope: "col", class: "num wide" }, "Exhausted"),
        h("th", { scope: "col", class: "num" }, "Units"),
        h("th", { scope: "col", class: "num" }, "Per second"),
        h("th", { scope: "col", class: "num wide" }, "Lane"),
        h("th", { scope: "col", class: "wide" }, "Address"),
      ),
    ),
    body,
  );
  return {
    element: h("div", { class: "card" }, scroll(caption, table), none),
    update(nodes) {
      none.hidden = nodes.length > 0;
      fill(nodes);
    },
  };
}

const KINDS = {
  EVEN: "Even out",
  FOLLOW_DEMAND: "Follow demand",
  GATHER: "Gather",
  DRAIN: "Drain",
  SLOTS: "Change slots",
  LEVEL: "Spread over nodes",
  HOME: "Back to inventory",
  FREEZE: "Freeze",
  UNFREEZE: "Unfreeze",
};
const REBALANCE_STATES = {
  PLANNED: { label: "Planned", tone: "" },
  RUNNING: { label: "Running", tone: "good" },
  STOPPED: { label: "Stopped", tone: "warn" },
  DONE: { label: "Done", tone: "" },
  FAILED: { label: "Failed", tone: "bad" },
};

function progress(rebalance) {
  if (rebalance.kind === "DRAIN") return `${units(rebalance.partitions - rebalance.partitionsLeft)} of ${units(rebalance.partitions)} partitions`;
  if (rebalance.moveCount === 0) return "–";
  return `${units(rebalance.moved)} of ${units(rebalance.units)} units`;
}

/** A table of rebalances, of many SKUs and nodes or of one; hides itself if there are none: { element, update(rebalances) }. */
export function rebalanceTable(caption, { ofOne = false } = {}) {
  const body = h("tbody");
  const fill = rows(
    body,
    (rebalance) => rebalance.id,
    (first) => {
      const state = badge();
      const moved = h("td");
      const reason = h("td", { class: "wide reason" });
      const of = first.sku ? h("a", { class: "code", href: skuAddress(first.sku), title: first.sku }, first.sku) : h("span", { class: "code" }, first.node);
      const row = h(
        "tr",
        {},
        h("th", { scope: "row" }, `${KINDS[first.kind] ?? first.kind} `, h("span", { class: "detail" }, `no. ${first.id}`)),
        ofOne ? null : h("td", {}, of),
        h("td", {}, state),
        moved,
        h("td", { class: "wide" }, first.who),
        h("td", { class: "wide" }, moment(Date.parse(first.created))),
        reason,
      );
      return {
        row,
        update(rebalance) {
          setBadge(state, REBALANCE_STATES[rebalance.state] ?? { label: rebalance.state });
          text(moved, progress(rebalance));
          text(reason, rebalance.reason ?? "");
        },
      };
    },
  );
  const heads = [["What", ""], ...(ofOne ? [] : [["Of", ""]]), ["State", ""], ["Moved", ""], ["By", "wide"], ["Since", "wide"], ["Why", "wide"]];
  const table = h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, ...heads.map(([label, look]) => h("th", { scope: "col", class: look || null }, label)))), body);
  const element = h("div", { class: "card" }, scroll(caption, table));
  element.hidden = true;
  return {
    element,
    update(rebalances) {
      element.hidden = rebalances.length === 0;
      fill(rebalances);
    },
  };
}

/** A table that may be wider than the page: it can be moved by keys as well. */
export function scroll(label, table) {
  return h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, table);
}

/** The alarms, or that there are none. */
export function alarmList() {
  const list = h("ul", { class: "alarms" });
  const fine = h("p", { class: "fine" }, h("span", { class: "dot", "aria-hidden": "true" }), "No alarm");
  fine.hidden = true;
  const fill = rows(
    list,
    (alarm) => alarm.title,
    (first) => {
      const detail = h("p");
      const row = h("li", { class: first.severity }, h("span", { "aria-hidden": "true" }, first.severity === "critical" ? "●" : "▲"), h("strong", {}, first.title), detail);
      return { row, update: (alarm) => text(detail, alarm.detail) };
    },
  );
  return {
    element: h("section", { "aria-label": "Alarms" }, list, fine),
    update(alarms) {
      fine.hidden = alarms.length > 0;
      list.hidden = alarms.length === 0;
      fill(alarms);
    },
  };
}

export function lag(settlement) {
  return [span(settlement.seconds), settlement.records === 1 ? "1 record waits" : `${units(settlement.records)} records wait`];
}
