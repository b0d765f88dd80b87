const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["week", 7 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** How long ago a moment is: `5m ago`. Both in milliseconds since 1970. */
export function ago(then: number, now: number): string {
  const past = now - then;
  for (const [unit, size] of UNITS) {
    if (Math.abs(past) >= size) return RELATIVE.format(-Math.trunc(past / size), unit);
  }
  return Math.abs(past) < 10_000 ? "just now" : `${Math.trunc(past / 1000)}s ago`;
}

/** A moment in the reader's zone, to the second, with the zone's name. */
export function exact(then: number): string {
  return EXACT.format(then);
}

/** How long something took, in its two greatest units: `1h 5m`, `12.3s`, `340ms`. */
export function duration(ms: number): string {
  if (ms < 0) return "0ms";
  if (ms < 1000) return `${Math.round(ms)}ms`;
  // What rounds up to a minute is one.
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.trunc(seconds / 86_400), "d"],
    [Math.trunc(seconds / 3600) % 24, "h"],
    [Math.trunc(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}
