import { describe, expect, test } from "vitest";

import { bytes, counted, short } from "./number";

describe("short", () => {
  test.each([
    [0, "0"],
    [1, "1"],
    [-3, "-3"],
    [0.123456789, "0.12346"],
    [0.1, "0.1"],
    [-0.00082612, "-8.261e-4"],
    [1234567, "1234567"],
    [12345.678, "12346"],
    [0.0000123, "1.23e-5"],
    [1e-5, "1e-5"],
    [1.7976931348623157e308, "1.798e308"],
    [12_000_000, "1.2e7"],
    ["NaN" as const, "NaN"],
    [null, "NaN"],
  ])("%s is %s", (value, text) => {
    expect(short(value)).toBe(text);
  });
});

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1500, "1.5 kB"],
    [999_499, "999 kB"],
    [999_950, "1.0 MB"],
    [2_340_000_000, "2.3 GB"],
  ])("%i is %s", (size, text) => {
    expect(bytes(size)).toBe(text);
  });
});

test("counted puts the noun in its number", () => {
  expect([counted(1, "run"), counted(12_000, "run")]).toEqual(["1 run", "12,000 runs"]);
});
