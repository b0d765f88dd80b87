const GROUPED = new Intl.NumberFormat("en");
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** A number as the wire has it: NaN is text there. */
export type WireNumber = number | "NaN" | null;

/** A number for a narrow cell: a few significant digits, an exponent only where zeros would crowd. */
export function short(value: WireNumber, digits = 5): string {
  if (value === "NaN" || value === null || Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return String(value);
  if (size >= 1e7 || size < 1e-3)
    return value
      .toExponential(3)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  return String(Number(value.toPrecision(digits)));
}

/** How many: `12,000`. */
export function count(value: number): string {
  return GROUPED.format(value);
}

/** How many of something, with its noun: `1 run`, `12 runs`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A size in bytes: `1.5 MB`. */
export function bytes(size: number): string {
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 99.5 ? 0 : 1;
  return `${size.toFixed(digits)} ${UNITS[unit]}`;
}
