import type { Window } from "../api/types";

export type XAxis = "step" | "time";

/** What a chart draws: two columns of equal length, `x` never falling; null is a gap (NaN). */
export interface Drawn {
  x: number[];
  y: (number | null)[];
}

/**
 * An exact curve with what came since: `tail` holds every point from its first step on, and takes the place of those.
 * A tail that is not exact is not what was asked for, and leaves the curve as it was.
 */
export function grown(curve: Window, tail: Window): Window {
  const from = tail.steps[0];
  if (from === undefined || !tail.exact) return curve;
  let kept = curve.steps.length;
  while (kept > 0 && (curve.steps[kept - 1] ?? 0) >= from) kept -= 1;
  return {
    ...curve,
    steps: [...curve.steps.slice(0, kept), ...tail.steps],
    timestamps: [...curve.timestamps.slice(0, kept), ...tail.timestamps],
    values: [...curve.values.slice(0, kept), ...tail.values],
  };
}

/**
 * The curve over steps, or over time in seconds since `origin` (milliseconds since 1970); points logged out of order
 * are put into the order of time.
 */
export function drawnOver(curve: Window, axis: XAxis, origin: number): Drawn {
  if (axis === "step") return { x: curve.steps, y: curve.values };
  const order = curve.timestamps.map((_, index) => index);
  order.sort((one, other) => (curve.timestamps[one] ?? 0) - (curve.timestamps[other] ?? 0));
  return {
    x: order.map((index) => ((curve.timestamps[index] ?? 0) - origin) / 1000),
    y: order.map((index) => curve.values[index] ?? null),
  };
}

/**
 * Values with each pulled towards those before it: `weight` 0 changes nothing, towards 1 it is ever smoother.
 * The start is not pulled to zero, and a gap stays a gap.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}

/** Values for a logarithmic axis: what is not above zero has no place on it and becomes a gap. */
export function positive(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}

/** The steps of the points between two moments (milliseconds since 1970, both inclusive): what to ask for when zooming by time. */
export function stepsBetween(curve: Window, from: number, to: number): [number, number] | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  curve.timestamps.forEach((timestamp, index) => {
    const step = curve.steps[index] ?? 0;
    if (timestamp < from || timestamp > to) return;
    least = Math.min(least, step);
    greatest = Math.max(greatest, step);
  });
  return least <= greatest ? [least, greatest] : undefined;
}
