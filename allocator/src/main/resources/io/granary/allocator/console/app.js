// SPDX-License-Identifier: Apache-2.0
// The console: one page a subject, chosen by the part of the address after #.

import { h, text, attribute } from "./dom.js";
import { span, time, units } from "./format.js";
import { Store } from "./store.js";
import { overview } from "./overview.js";
import { skuList } from "./skus.js";
import { skuPage } from "./sku.js";
import { nodeList } from "./nodes.js";
import { taskList } from "./tasks.js";

const store = new Store();
const main = document.getElementById("main");
const said = document.getElementById("said");
let page = null;
let shown = "";

function route() {
  const path = decodeHash(location.hash);
  if (path === "/" || path === "") return { name: "overview", title: "Overview", make: overview };
  if (path === "/skus") return { name: "skus", title: "SKUs", make: skuList };
  if (path.startsWith("/skus/")) {
    const code = path.slice("/skus/".length);
    return { name: "skus", title: code, make: (given) => skuPage(given, code) };
  }
  if (path === "/nodes") return { name: "nodes", title: "Nodes", make: nodeList };
  if (path === "/tasks") return { name: "tasks", title: "Tasks", make: taskList };
  return { name: "", title: "Not found", make: () => missing(path) };
}

/** Codes are encoded in addresses; what somebody typed may not be. */
function decodeHash(hash) {
  const raw = hash.replace(/^#/, "");
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

function missing(path) {
  return { element: h("div", {}, h("h1", { tabindex: "-1" }, "Not found"), h("p", { class: "empty card" }, `There is no page ${path}.`)), update() {} };
}

function show(focus) {
  if (location.hash === shown && page) return;
  shown = location.hash;
  page?.destroy?.();
  const to = route();
  document.title = to.name === "overview" ? "Granary" : `${to.title} · Granary`;
  page = to.make(store);
  main.replaceChildren(page.element);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === to.name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (store.latest) page.update(store.latest);
  if (focus) {
    // Who uses a keyboard or hears the page is taken to where it begins.
    main.querySelector("h1")?.focus();
    scrollTo(0, 0);
  }
}

function setLink() {
  const link = document.getElementById("link");
  attribute(link, "data-state", store.link);
  const live = store.latest ? `Live · led by ${store.latest.leader}` : "Live";
  text(document.getElementById("link-text"), { connecting: "Connecting", live, lost: "Not connected, trying again" }[store.link]);
  tellLost();
  if (store.link === "lost") say("The connection is lost. Figures are of the last moment before that.");
}

/** How old the figures are, and where the same page is if this allocator does not come back. */
function tellLost() {
  const lost = document.getElementById("lost");
  lost.hidden = store.link !== "lost" || !store.latest;
  if (lost.hidden) return;
  const others = store.latest.allocators.filter((one) => one.address && one.address !== location.host);
  lost.replaceChildren(
    `${location.host} does not answer. Figures are of ${time(store.latest.time)}.`,
    ...others.flatMap((one) => [" Another allocator: ", h("a", { href: `${location.protocol}//${one.address}/${location.hash}` }, one.address)]),
  );
}

// What is read out: little, and not often.
const SAY_EVERY = 15_000;
let saidAt = -Infinity;
let alarmsSaid = "";

function say(words) {
  saidAt = performance.now();
  text(said, words);
}

function sum(state) {
  const alarms = state.alarms.map((alarm) => alarm.title).join(". ");
  if (alarms !== alarmsSaid) {
    alarmsSaid = alarms;
    say(alarms ? `Alarms: ${alarms}` : "All alarms are over.");
  } else if (performance.now() - saidAt > SAY_EVERY) {
    const { sold, perSecond } = state.totals;
    say(`${units(sold)} sold, ${units(perSecond)} per second, settlement ${span(state.settlement.seconds)} behind.`);
  }
}

store.addEventListener("link", setLink);
store.addEventListener("state", () => {
  setLink();
  page?.update(store.latest);
  sum(store.latest);
  document.documentElement.dataset.events = String(Number(document.documentElement.dataset.events ?? 0) + 1);
});
addEventListener("hashchange", () => show(true));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

// A page that the browser keeps for "back" would keep its stream as well, and a browser has six for an allocator.
addEventListener("pagehide", () => store.close());
addEventListener("pageshow", (event) => event.persisted && store.open());

show(false);
store.open();
