import { describe, expect, test } from "vitest";

import type { Window } from "../api/types";
import { drawnOver, grown, positive, smoothed, stepsBetween } from "./series";

const curve = (steps: number[], values: (number | null)[], exact = true): Window => ({
  run_id: "r",
  metric_key: "loss",
  exact,
  steps,
  timestamps: steps.map((step) => 1000 * step),
  values,
});

describe("grown", () => {
  const before = curve([1, 2, 3], [5, 4, 3]);

  test("adds what came after", () => {
    const after = grown(before, curve([3, 4, 5], [3, 2, null]));

    expect(after).toEqual(curve([1, 2, 3, 4, 5], [5, 4, 3, 2, null]));
  });

  test("takes in a second point at the last step", () => {
    expect(grown(before, curve([3, 3, 4], [3, 9, 2])).values).toEqual([5, 4, 3, 9, 2]);
  });

  test("is the same curve when nothing came", () => {
    expect(grown(before, curve([], []))).toBe(before);
  });

  test("does not take a sample for the whole", () => {
    expect(grown(before, curve([3, 900], [3, 1], false))).toBe(before);
  });
});

describe("drawnOver", () => {
  test("time puts points into its own order", () => {
    const outOfOrder = { ...curve([1, 2, 3], [10, 20, 30]), timestamps: [3000, 1000, 2000] };

    expect(drawnOver(outOfOrder, "time", 500)).toEqual({ x: [0.5, 1.5, 2.5], y: [20, 30, 10] });
  });

  test("steps are as they come", () => {
    expect(drawnOver(curve([1, 2], [10, null]), "step", 500)).toEqual({ x: [1, 2], y: [10, null] });
  });
});

describe("smoothed", () => {
  test("weight 0 changes nothing", () => {
    expect(smoothed([3, null, 1], 0)).toEqual([3, null, 1]);
  });

  test("a level line stays level from its start", () => {
    for (const value of smoothed([7, 7, 7, 7], 0.9)) expect(value).toBeCloseTo(7, 12);
  });

  test("a spike is lower and a gap is still there", () => {
    const [before, spike, gap] = smoothed([0, 10, null], 0.5);

    expect([before, gap]).toEqual([0, null]);
    expect(spike).toBeCloseTo(20 / 3, 12);
  });
});

test("a logarithmic axis has no place for zero and below", () => {
  expect(positive([1, 0, -2, null, 0.5])).toEqual([1, null, null, null, 0.5]);
});

describe("stepsBetween", () => {
  test("finds the steps of a stretch of time", () => {
    expect(stepsBetween(curve([10, 20, 30, 40], [1, 2, 3, 4]), 15_000, 35_000)).toEqual([20, 30]);
  });

  test("finds none where there are no points", () => {
    expect(stepsBetween(curve([10, 20], [1, 2]), 11_000, 19_000)).toBeUndefined();
  });
});
