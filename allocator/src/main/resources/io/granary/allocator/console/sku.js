// SPDX-License-Identifier: Apache-2.0
// One SKU: its sale as it runs, and who holds its units.

import { chart } from "./charts.js";
import { h, rows, text } from "./dom.js";
import { percent, rate, span, units } from "./format.js";
import { figures, numberCell, rebalanceTable, scroll, setNumber, skuBadges } from "./parts.js";
import { segment } from "./store.js";

const EVERY = 2000;
const REBALANCES = 5;

export function skuPage(store, code) {
  const badges = skuBadges();
  const frozen = h("p", { class: "frozen" }, "Frozen: sales go on, but no unit is moved between inventory and partitions.");
  const rebalances = rebalanceTable("Last rebalances");
  const numbers = figures([
    ["sold", "Sold", "sold"],
    ["pool", "Pool", "pool"],
    ["inventory", "Inventory", "inventory"],
    ["perSecond", "Per second"],
    ["received", "Received"],
    ["left", "Sold out"],
  ]);
  const speed = chart("rate", "Sold per second");
  const stock = chart("units", "Where the units are");
  const body = h("tbody");
  const fill = rows(
    body,
    (partition) => partition.slot,
    () => {
      const cells = [h("th", { scope: "row", class: "num" }), h("td", {}), numberCell(), numberCell(), numberCell("wide"), numberCell("wide"), numberCell("wide"), numberCell("wide")];
      const owner = h("span", { class: "code" });
      cells[1].append(owner);
      return {
        row: h("tr", {}, ...cells),
        update(partition) {
          text(cells[0], String(partition.slot));
          text(owner, partition.node ?? "none yet");
          setNumber(cells[2], partition.held);
          setNumber(cells[3], partition.consumed);
          setNumber(cells[4], partition.granted);
          setNumber(cells[5], partition.returned);
          text(cells[6], String(partition.epoch));
          text(cells[7], partition.lane == null ? "–" : String(partition.lane));
        },
      };
    },
  );
  const none = h("p", { class: "empty" }, "No partition has been opened yet.");
  const heads = [["Slot", "num"], ["Owner", ""], ["Holds", "num"], ["Sold", "num"], ["Granted", "num wide"], ["Returned", "num wide"], ["Epoch", "num wide"], ["Lane", "num wide"]];
  const table = h("table", {}, h("caption", {}, "Partitions"), h("thead", {}, h("tr", {}, ...heads.map(([label, look]) => h("th", { scope: "col", class: look || null }, label)))), body);
  const partitions = h("div", { class: "card" }, scroll("Partitions", table), none);
  const unknown = h("p", { class: "empty card" }, "The books have no such SKU. It comes into being with its first restock.");
  const known = h("div", { class: "stack" }, frozen, numbers.element, h("div", { class: "two" }, speed.element, stock.element), partitions, rebalances.element);
  unknown.hidden = true;
  frozen.hidden = true;
  none.hidden = true;

  let points = [];
  let over = false;
  let asked = -Infinity;
  store.follow(code).then((found) => {
    points = found;
    if (!over) draw();
  });

  async function askRebalances() {
    const answer = await fetch(`api/v1/rebalances?sku=${encodeURIComponent(code)}&limit=${REBALANCES}`, { cache: "no-store" });
    if (answer.ok && !over) rebalances.update((await answer.json()).rebalances);
  }

  async function askPartitions() {
    asked = performance.now();
    try {
      const answer = await fetch(`api/v1/skus/${segment(code)}`, { cache: "no-store" });
      if (answer.ok && !over) {
        const detail = await answer.json();
        fill(detail.partitions);
        none.hidden = detail.partitions.length > 0;
        await askRebalances();
      }
    } catch {
      // The bar says that the connection is lost; asked again in time.
    }
  }

  function draw() {
    const sku = store.skus.get(code);
    unknown.hidden = sku !== undefined || !store.latest;
    known.hidden = !unknown.hidden;
    if (!sku) return;
    badges.update(sku);
    frozen.hidden = !sku.frozen;
    const actual = sku.pool + sku.inventory;
    numbers.set("sold", units(sku.sold), `${percent(sku.sold, sku.received)} of received`);
    numbers.set("pool", units(sku.pool), sku.slots === 1 ? "in 1 slot" : `in ${units(sku.slots)} slots`);
    numbers.set("inventory", units(sku.inventory), "in the books only");
    numbers.set("perSecond", rate(sku.perSecond), "units settled");
    numbers.set("received", units(sku.received), sku.writtenOff ? `${units(sku.writtenOff)} written off` : "");
    if (sku.received === 0) numbers.set("left", "–");
    else if (actual === 0) numbers.set("left", "Now", "");
    else if (sku.perSecond >= 0.1) numbers.set("left", `in ${span(actual / sku.perSecond)}`, "at this rate");
    else numbers.set("left", "–", `${units(actual)} left`);
    speed.update(points);
    stock.update(points);
    if (performance.now() - asked > EVERY) askPartitions();
  }

  return {
    element: h(
      "div",
      {},
      h("p", { class: "crumb" }, h("a", { href: "#/skus" }, "SKUs")),
      h("div", { class: "title" }, h("h1", { tabindex: "-1" }, code), badges.element),
      known,
      unknown,
    ),
    update: draw,
    destroy() {
      over = true;
      store.unfollow(code);
      speed.destroy();
      stock.destroy();
    },
  };
}
