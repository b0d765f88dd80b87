import { describe, expect, test } from "vitest";

import { ago, duration } from "./time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("ago", () => {
  test.each([
    [3_000, "just now"],
    [42_000, "42s ago"],
    [5 * MINUTE, "5m ago"],
    [90 * MINUTE, "1h ago"],
    [3 * DAY, "3d ago"],
  ])("%i ms is %s", (past, text) => {
    expect(ago(1_700_000_000_000 - past, 1_700_000_000_000)).toBe(text);
  });
});

describe("duration", () => {
  test.each([
    [0, "0ms"],
    [340, "340ms"],
    [12_340, "12.3s"],
    [59_960, "1m"],
    [61_000, "1m 1s"],
    [HOUR + 5 * MINUTE + 9_000, "1h 5m"],
    [DAY + 3 * MINUTE, "1d"],
    [-5, "0ms"],
  ])("%i ms is %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
