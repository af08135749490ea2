// SPDX-License-Identifier: Apache-2.0
// All of it at a glance.

import { chart } from "./charts.js";
import { h, rows, text } from "./dom.js";
import { percent, rate, units } from "./format.js";
import { SKU_COLUMNS, alarmList, figures, lag, nodeTable, rebalanceTable, scroll, skuRow } from "./parts.js";

const BUSIEST = 8;

export function overview(store) {
  const alarms = alarmList();
  const numbers = figures([
    ["sold", "Sold", "sold"],
    ["pool", "Pool", "pool"],
    ["inventory", "Inventory", "inventory"],
    ["perSecond", "Per second"],
    ["skus", "SKUs"],
    ["lag", "Settlement lag"],
  ]);
  const speed = chart("rate", "Sold per second");
  const stock = chart("units", "Where the units are");
  const nodes = nodeTable("Nodes");
  const rebalances = rebalanceTable("Rebalances under way");
  const body = h("tbody");
  const fill = rows(body, (sku) => sku.sku, skuRow);
  const more = h("a", { href: "#/skus" }, "All SKUs");
  const none = h("p", { class: "empty" }, "Nothing has been restocked yet. scripts/granary embedded --stock TICKET=1000 adds some.");
  const table = h(
    "table",
    {},
    h("caption", {}, "Busiest SKUs"),
    h("thead", {}, h("tr", {}, ...SKU_COLUMNS.map((column) => h("th", { scope: "col", class: [column.num && "num", column.wide && "wide"].filter(Boolean).join(" ") || null }, column.label)))),
    body,
  );

  return {
    element: h(
      "div",
      { class: "stack" },
      h("h1", { tabindex: "-1", class: "unseen" }, "Overview"),
      alarms.element,
      numbers.element,
      h("div", { class: "two" }, speed.element, stock.element),
      h("div", { class: "card" }, scroll("Busiest SKUs", table), none, h("p", { class: "more" }, more)),
      rebalances.element,
      nodes.element,
    ),
    update(state) {
      const { totals } = state;
      alarms.update(state.alarms);
      numbers.set("sold", units(totals.sold), `${percent(totals.sold, totals.received)} of received`);
      numbers.set("pool", units(totals.pool), "held by partitions");
      numbers.set("inventory", units(totals.inventory), "in the books only");
      numbers.set("perSecond", rate(totals.perSecond), "units settled");
      numbers.set("skus", units(totals.skus), `${units(totals.selling)} selling, ${units(totals.soldOut)} sold out${totals.frozen ? `, ${units(totals.frozen)} frozen` : ""}`);
      numbers.set("lag", ...lag(state.settlement));
      speed.update(store.history);
      stock.update(store.history);
      const busiest = [...store.skus.values()]
        .sort((a, b) => b.perSecond - a.perSecond || b.sold - a.sold || (a.sku < b.sku ? -1 : 1))
        .slice(0, BUSIEST);
      fill(busiest);
      none.hidden = busiest.length > 0;
      text(more, totals.skus > BUSIEST ? `All ${units(totals.skus)} SKUs` : "All SKUs");
      rebalances.update(state.rebalances);
      nodes.update(state.nodes);
    },
    destroy() {
      speed.destroy();
      stock.destroy();
    },
  };
}
