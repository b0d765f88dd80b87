import { describe, expect, test } from "vitest";

import { routeOf, unhashed } from "./router";

describe("routeOf", () => {
  test.each([
    ["/", { page: "home" }],
    ["/experiments", { page: "home" }],
    ["/experiments/12", { page: "runs", experimentId: "12" }],
    ["/experiments/12/", { page: "runs", experimentId: "12" }],
    ["/runs/my-run_1", { page: "run", runId: "my-run_1" }],
    ["/experiments/12/runs/abc", { page: "run", runId: "abc" }],
    ["/help", { page: "help" }],
    ["/experiments/twelve", { page: "missing" }],
    ["/runs/a/b", { page: "missing" }],
  ])("%s", (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });
});

describe("a link to one of MLflow's pages", () => {
  test.each([
    ["#/experiments/3/runs/0a1b", "/runs/0a1b"],
    ["#/experiments/3/runs/0a1b/artifacts/model", "/runs/0a1b"],
    ["#/experiments/3?searchFilter=x", "/experiments/3"],
    ["#/experiments/3", "/experiments/3"],
    ["#/", "/"],
  ])("%s leads to %s", (hash, path) => {
    expect(unhashed(hash)).toBe(path);
  });

  test.each(["", "#filters", "#/models/forest"])("%s leads nowhere else", (hash) => {
    expect(unhashed(hash)).toBeUndefined();
  });
});
