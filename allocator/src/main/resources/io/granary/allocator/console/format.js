// SPDX-License-Identifier: Apache-2.0
// How figures are written.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const moment = (ms) => day.format(ms);
export const units = (n) => whole.format(n);
export const compact = (n) => (Math.abs(n) < 10000 ? whole.format(n) : short.format(n));
export const rate = (n) => (n > 0 && n < 10 ? tenth.format(n) : whole.format(n));
export const time = (ms) => clock.format(ms);
export const percent = (part, all) => (all > 0 ? `${tenth.format((100 * part) / all)} %` : "–");

/** A time span for people. */
export function span(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${tenth.format(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** Beside the state of a SKU, if an operator wants that none of its units moves. */
export const FROZEN = { label: "Frozen", tone: "warn" };

export const STATES = {
  SELLING: { label: "Selling", tone: "good" },
  PAUSED: { label: "Paused", tone: "warn" },
  SOLD_OUT: { label: "Sold out", tone: "" },
  EMPTY: { label: "No stock", tone: "" },
};
