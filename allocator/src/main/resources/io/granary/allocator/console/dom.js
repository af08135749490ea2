// SPDX-License-Identifier: Apache-2.0
// A few words for building and changing the page. Text is only ever set as text.

/** An element: h("td", { class: "num" }, "12"). */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** Changes a text only if it differs, so that nothing moves or is read out without need. */
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

export function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function badge() {
  return h("span", { class: "badge" });
}

export function setBadge(element, { label, tone }) {
  text(element, label);
  attribute(element, "class", tone ? `badge ${tone}` : "badge");
}

/**
 * Rows of a table body by their keys: those that stay are changed in place, so that focus and selection stay as well.
 * make(item) gives { row, update(item) }.
 */
export function rows(body, key, make) {
  const known = new Map();
  return (items) => {
    const seen = new Set();
    let place = body.firstElementChild;
    for (const item of items) {
      const id = key(item);
      seen.add(id);
      let entry = known.get(id);
      if (!entry) {
        entry = make(item);
        known.set(id, entry);
      }
      entry.update(item);
      if (entry.row === place) place = place.nextElementSibling;
      else body.insertBefore(entry.row, place);
    }
    for (const [id, entry] of known) {
      if (!seen.has(id)) {
        entry.row.remove();
        known.delete(id);
      }
    }
  };
}

const SVG = "http://www.w3.org/2000/svg";

/** Where the units of a SKU are, as one bar. Says nothing that the numbers beside it do not say. */
export function shareBar() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 8");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const rects = ["sold", "pool", "inventory"].map((name) => {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", name);
    rect.setAttribute("height", "8");
    svg.append(rect);
    return rect;
  });
  const update = (sold, pool, inventory) => {
    const all = sold + pool + inventory;
    let x = 0;
    [sold, pool, inventory].forEach((part, i) => {
      const width = all > 0 ? (100 * part) / all : 0;
      attribute(rects[i], "x", x.toFixed(2));
      attribute(rects[i], "width", width.toFixed(2));
      x += width;
    });
  };
  return { svg, update };
}
