// SPDX-License-Identifier: Apache-2.0
// All SKUs: found by a part of their code, sorted by any column, a page at a time.

import { attribute, h, rows, text } from "./dom.js";
import { FROZEN, STATES, units } from "./format.js";
import { SKU_COLUMNS, scroll, skuRow } from "./parts.js";

const PAGE = 50;

export function skuList(store) {
  const wish = { filter: "", state: "", sort: "perSecond", descending: true, page: 0 };
  const filter = h("input", { type: "search", placeholder: "Part of a code", autocomplete: "off", spellcheck: "false" });
  const state = h("select", {}, h("option", { value: "" }, "Any"), ...Object.entries(STATES).map(([value, { label }]) => h("option", { value }, label)), h("option", { value: "FROZEN" }, FROZEN.label));
  const before = h("button", { type: "button", class: "plain" }, "Previous");
  const after = h("button", { type: "button", class: "plain" }, "Next");
  const where = h("span", {});
  const body = h("tbody");
  const fill = rows(body, (sku) => sku.sku, skuRow);
  const none = h("p", { class: "empty" });

  const heads = SKU_COLUMNS.map((column) => {
    const button = h("button", { type: "button", onclick: () => sortBy(column) }, column.label);
    return h("th", { scope: "col", class: [column.num && "num", column.wide && "wide"].filter(Boolean).join(" ") || null }, button);
  });
  const caption = h("caption", { class: "unseen" }, "SKUs");
  const table = h("table", {}, caption, h("thead", {}, h("tr", {}, ...heads)), body);

  function sortBy(column) {
    wish.descending = wish.sort === column.name ? !wish.descending : column.num === true || column.share === true;
    wish.sort = column.name;
    wish.page = 0;
    draw();
  }

  filter.addEventListener("input", () => {
    wish.filter = filter.value.trim().toLowerCase();
    wish.page = 0;
    draw();
  });
  state.addEventListener("change", () => {
    wish.state = state.value;
    wish.page = 0;
    draw();
  });
  before.addEventListener("click", () => turn(-1));
  after.addEventListener("click", () => turn(1));

  function turn(by) {
    wish.page += by;
    draw();
  }

  function draw() {
    const column = SKU_COLUMNS.find((one) => one.name === wish.sort);
    const sign = wish.descending ? -1 : 1;
    const found = [...store.skus.values()]
      .filter((sku) => (!wish.filter || sku.sku.toLowerCase().includes(wish.filter)) && (!wish.state || sku.state === wish.state || (wish.state === "FROZEN" && sku.frozen)))
      .map((sku) => [column.get(sku), sku])
      .sort(([a, one], [b, other]) => (a < b ? -sign : a > b ? sign : one.sku < other.sku ? -1 : 1))
      .map(([, sku]) => sku);
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    wish.page = Math.min(wish.page, pages - 1);
    const first = wish.page * PAGE;
    const shown = found.slice(first, first + PAGE);
    fill(shown);
    heads.forEach((head, i) => {
      if (SKU_COLUMNS[i].name === wish.sort) attribute(head, "aria-sort", wish.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    text(where, found.length ? `${units(first + 1)}–${units(first + shown.length)} of ${units(found.length)}` : "0");
    before.disabled = wish.page === 0;
    after.disabled = wish.page >= pages - 1;
    none.hidden = found.length > 0;
    text(none, store.skus.size ? "No SKU is like that." : "Nothing has been restocked yet.");
  }

  return {
    element: h(
      "div",
      {},
      h("h1", { tabindex: "-1" }, "SKUs"),
      h(
        "div",
        { class: "card" },
        h(
          "div",
          { class: "tools", role: "search" },
          h("label", {}, "Filter", filter),
          h("label", {}, "State", state),
          h("div", { class: "pager" }, where, before, after),
        ),
        scroll("SKUs", table),
        none,
      ),
    ),
    update: draw,
  };
}
