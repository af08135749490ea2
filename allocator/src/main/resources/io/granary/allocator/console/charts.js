// SPDX-License-Identifier: Apache-2.0
// The two charts there are, on Chart.js: units sold a second, and where the units are. Each has its figures as a table.

import { h, text } from "./dom.js";
import { compact, rate, time, units } from "./format.js";

const ROWS = 12;
const SHORTEST = 60_000;
const STEPS = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
const MOST_STEPS = 5;
const dark = matchMedia("(prefers-color-scheme: dark)");

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function faint(hex, alpha) {
  return `${hex}${Math.round(alpha * 255).toString(16).padStart(2, "0")}`;
}

const SERIES = {
  rate: [{ label: "Sold per second", key: "sold", column: 4, fill: "origin", alpha: 0.16, width: 1.75 }],
  units: [
    { label: "Sold", key: "sold", column: 3, fill: "origin", alpha: 0.85, width: 0 },
    { label: "Pool", key: "pool", column: 2, fill: "-1", alpha: 0.85, width: 0 },
    { label: "Inventory", key: "inventory", column: 1, fill: "-1", alpha: 0.85, width: 0 },
  ],
};

/** Marks the time at whole steps, as a clock does. */
function wholeSteps(axis) {
  const step = STEPS.find((one) => (axis.max - axis.min) / one <= MOST_STEPS) ?? STEPS.at(-1);
  axis.ticks = [];
  for (let at = Math.ceil(axis.min / step) * step; at <= axis.max; at += step) axis.ticks.push({ value: at });
}

function options(kind) {
  const grid = color("line");
  const ticks = color("muted");
  const font = { size: 12, family: getComputedStyle(document.body).fontFamily };
  return {
    animation: false,
    parsing: false,
    normalized: true,
    maintainAspectRatio: false,
    events: ["mousemove", "mouseout", "touchstart"],
    interaction: { mode: "index", intersect: false },
    elements: { point: { radius: 0, hitRadius: 6 }, line: { tension: 0, stepped: false } },
    plugins: {
      legend: { display: false },
      tooltip: {
        callbacks: {
          title: (items) => (items.length ? time(items[0].parsed.x) : ""),
          label: (item) => ` ${item.dataset.label}: ${units(item.dataset.values(item.dataIndex))}`,
        },
      },
    },
    scales: {
      x: {
        type: "linear",
        grid: { display: false },
        border: { color: grid },
        afterBuildTicks: wholeSteps,
        ticks: { color: ticks, font, maxRotation: 0, autoSkipPadding: 24, callback: (value) => time(value) },
      },
      y: {
        beginAtZero: true,
        stacked: kind === "units",
        grid: { color: grid, drawTicks: false },
        border: { display: false },
        ticks: { color: ticks, font, padding: 8, maxTicksLimit: 5, precision: 0, callback: (value) => compact(value) },
      },
    },
  };
}

/**
 * A chart: { element, update(points), destroy() }. Points are [time, inventory, pool, sold, perSecond].
 */
export function chart(kind, title) {
  const canvas = h("canvas", { role: "img" });
  const series = SERIES[kind];
  const body = h("tbody");
  const table = h(
    "table",
    {},
    h("caption", {}, `${title}, the last moments`),
    h(
      "thead",
      {},
      h("tr", {}, h("th", { scope: "col" }, "Time"), ...series.map((one) => h("th", { scope: "col", class: "num" }, one.label))),
    ),
    body,
  );
  const details = h("details", { class: "alt" }, h("summary", {}, "As a table"), h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${title}, as a table` }, table));
  const legend =
    kind === "units"
      ? h("ul", { class: "legend", "aria-hidden": "true" }, ...series.map((one) => h("li", {}, h("span", { class: `key ${one.key}` }), one.label)))
      : null;
  const now = h("p", {});
  const element = h(
    "figure",
    { class: "card" },
    h("figcaption", { class: "head" }, h("h2", {}, title), legend ?? now),
    h("div", { class: "plot" }, canvas),
    details,
  );

  let points = [];
  let drawn = null;

  function datasets() {
    return series.map((one) => {
      const line = color(one.key);
      return {
        label: one.label,
        data: points.map((point) => ({ x: point[0], y: point[one.column] })),
        values: (i) => points[i][one.column],
        borderColor: line,
        borderWidth: one.width,
        backgroundColor: faint(line, one.alpha),
        fill: one.fill,
      };
    });
  }

  function make() {
    drawn?.destroy();
    drawn = new window.Chart(canvas, { type: "line", data: { datasets: datasets() }, options: options(kind) });
    range();
    drawn.update("none");
  }

  function range() {
    const last = points.length ? points.at(-1)[0] : Date.now();
    const first = points.length ? points[0][0] : last;
    drawn.options.scales.x.max = last;
    drawn.options.scales.x.min = Math.min(first, last - SHORTEST);
  }

  function fillTable() {
    if (!details.open) return;
    body.replaceChildren(
      ...points
        .slice(-ROWS)
        .reverse()
        .map((point) =>
          h("tr", {}, h("th", { scope: "row" }, time(point[0])), ...series.map((one) => h("td", { class: "num" }, units(point[one.column])))),
        ),
    );
  }

  details.addEventListener("toggle", fillTable);
  const recolor = () => drawn && make();
  dark.addEventListener("change", recolor);

  return {
    element,
    update(next) {
      points = next;
      if (!canvas.isConnected) return;
      if (!drawn) make();
      else {
        datasets().forEach((fresh, i) => {
          drawn.data.datasets[i].data = fresh.data;
          drawn.data.datasets[i].values = fresh.values;
        });
        range();
        drawn.update("none");
      }
      const last = points.at(-1);
      const said = last ? series.map((one) => `${one.label} ${units(last[one.column])}`).join(", ") : "nothing yet";
      canvas.setAttribute("aria-label", `${title}, over time. Now: ${said}. The figures are in the table below.`);
      if (!legend) text(now, last ? `${rate(last[4])} per second now` : "");
      fillTable();
    },
    destroy() {
      dark.removeEventListener("change", recolor);
      drawn?.destroy();
    },
  };
}
