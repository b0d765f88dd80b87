import { describe, expect, test } from "vitest";

import { differingFirst, idOf, inSight, refreshed, rowOf, withHead, withNext } from "./row";

const row = (id: string, loss = 0) =>
  rowOf({
    info: { run_id: id, run_uuid: id, experiment_id: "1" },
    data: { metrics: [{ key: "loss", value: loss, timestamp: 0, step: 0 }] },
    inputs: {},
  });

const rows = ["a", "b", "c"].map((id) => row(id));

test("a changed run is shown in its place", () => {
  const after = refreshed(rows, [row("b", 5)]);

  expect(after.map((each) => [idOf(each), each.metrics.get("loss")])).toEqual([
    ["a", 0],
    ["b", 5],
    ["c", 0],
  ]);
});

test("a run that is gone leaves the table", () => {
  expect(refreshed(rows, [], new Set(["b"])).map(idOf)).toEqual(["a", "c"]);
});

test("a new head comes first and nothing is shown twice", () => {
  expect(withHead(rows, [row("z"), row("b")]).map(idOf)).toEqual(["z", "b", "a", "c"]);
});

test("the next page does not repeat what moved down", () => {
  expect(withNext(rows, [row("c"), row("d")]).map(idOf)).toEqual(["a", "b", "c", "d"]);
});

test("params that differ come before those that are always the same", () => {
  const tried = ["0.1", "0.3"].map((rate) => ({
    ...row(rate),
    params: new Map([
      ["a", "same"],
      ["rate", rate],
    ]),
  }));

  expect(differingFirst(["a", "nowhere", "rate"], tried)).toEqual(["rate", "a", "nowhere"]);
});

describe("inSight", () => {
  test("takes a few rows more on either side", () => {
    expect(inSight(1000, 300, 10, 500)).toEqual({ start: 92, end: 138 });
  });

  test("stays within the table", () => {
    expect(inSight(0, 300, 10, 5)).toEqual({ start: 0, end: 5 });
    expect(inSight(9000, 300, 10, 5)).toEqual({ start: 0, end: 5 });
  });
});
