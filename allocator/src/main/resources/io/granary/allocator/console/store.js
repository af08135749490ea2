// SPDX-License-Identifier: Apache-2.0
// What the allocator tells, kept up to date: one `state` event a second, the first one whole, the others what changed.

const HISTORY = 600;
const LIST = ["sku", "state", "slots", "inventory", "pool", "received", "sold", "writtenOff", "perSecond", "frozen"];

export class Store extends EventTarget {
  constructor() {
    super();
    this.link = "connecting";
    this.latest = null;
    this.skus = new Map();
    this.history = [];
    this.recent = new Map();
    this.failures = 0;
    this.source = null;
    this.again = 0;
  }

  open() {
    this.close();
    const source = new EventSource("api/v1/events");
    this.source = source;
    source.addEventListener("state", (event) => this.take(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      this.setLink("lost");
      this.failures++;
      // A server that refuses, or another leader, ends the stream for good: begin again, from wherever this page is sent.
      if (source.readyState === EventSource.CLOSED) {
        source.close();
        this.again = setTimeout(() => this.begin(), Math.min(1000 * 2 ** Math.min(this.failures, 4), 10000));
      }
    });
  }

  /** Listens no more, until it is opened again. */
  close() {
    clearTimeout(this.again);
    this.source?.close();
    this.source = null;
  }

  /** Another allocator may lead by now: it answers, or this one says where it is. */
  async begin() {
    try {
      const answer = await fetch("console/leader", { cache: "no-store" });
      const found = answer.ok ? await answer.json() : {};
      if (found.address && found.address !== location.host) {
        location.assign(`${location.protocol}//${found.address}/${location.hash}`);
        return;
      }
    } catch {
      // Not reachable: tried again when the stream fails again.
    }
    this.open();
  }

  setLink(state) {
    if (this.link !== state) {
      this.link = state;
      this.dispatchEvent(new Event("link"));
    }
  }

  take(state) {
    this.failures = 0;
    if (state.full) {
      this.skus.clear();
      this.history = state.history.slice(-HISTORY);
    }
    for (const values of state.skus) {
      const sku = {};
      LIST.forEach((name, i) => (sku[name] = values[i]));
      if (sku.state === "SOLD_OUT" && sku.received === 0) sku.state = "EMPTY";
      this.skus.set(sku.sku, sku);
      const points = this.recent.get(sku.sku);
      if (points) push(points, state.time, sku);
    }
    if (!state.full) {
      for (const [code, points] of this.recent) {
        const sku = this.skus.get(code);
        if (sku && points.at(-1)?.[0] !== state.time) push(points, state.time, sku);
      }
      push(this.history, state.time, state.totals);
    }
    this.latest = state;
    this.setLink("live");
    this.dispatchEvent(new Event("state"));
  }

  /** Follows one SKU: its points so far, which grow from now on. */
  async follow(code) {
    const points = [];
    this.recent.set(code, points);
    try {
      const answer = await fetch(`api/v1/skus/${segment(code)}/history`, { cache: "no-store" });
      if (answer.ok) {
        const found = (await answer.json()).points;
        const first = points.length ? points[0][0] : Infinity;
        points.unshift(...found.filter((point) => point[0] < first));
      }
    } catch {
      // The chart begins now.
    }
    return points;
  }

  unfollow(code) {
    this.recent.delete(code);
  }
}

function push(points, at, of) {
  points.push([at, of.inventory, of.pool, of.sold, of.perSecond]);
  if (points.length > HISTORY) points.splice(0, points.length - HISTORY);
}

/** A SKU's code as one segment of a path. */
export function segment(code) {
  const encoded = encodeURIComponent(code).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return encoded === "." ? "%2E" : encoded === ".." ? "%2E%2E" : encoded;
}
