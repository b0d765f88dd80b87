import { describe, expect, test } from "vitest";

import { NEWEST_FIRST, orderBy, queryOfView, shownByDefault, sortAfterClick, viewOf, type View } from "./view";

const read = (query: Record<string, string | undefined>) => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return viewOf(new URLSearchParams(given));
};

describe("a view in the address", () => {
  test.each<View>([
    { filter: "", sort: NEWEST_FIRST, params: undefined, metrics: undefined },
    {
      filter: "metrics.`a b` > 1 AND params.x = '&='",
      sort: { by: "metrics.val/loss", descending: false },
      params: ["a", "b c"],
      metrics: [],
    },
    { filter: "", sort: { by: "attributes.start_time", descending: false }, params: [], metrics: ["loss"] },
  ])("is read as it was written: %o", (view) => {
    expect(read(queryOfView(view))).toEqual(view);
  });

  test("says nothing of what goes without saying", () => {
    expect(queryOfView({ filter: "", sort: NEWEST_FIRST, params: undefined })).toEqual({});
  });
});

describe("orderBy", () => {
  test.each([
    [{ by: "attributes.start_time", descending: true }, "attributes.start_time DESC"],
    [{ by: "metrics.val/loss", descending: false }, "metrics.`val/loss` ASC"],
    [{ by: "tags.mlflow.source.name", descending: false }, "tags.`mlflow.source.name` ASC"],
  ])("%o is %s", (sort, text) => {
    expect(orderBy(sort)).toEqual([text]);
  });
});

test("clicks on a metric's head go through greatest, least, and newest first", () => {
  const first = sortAfterClick(NEWEST_FIRST, "metrics.loss");
  const second = sortAfterClick(first, "metrics.loss");
  const third = sortAfterClick(second, "metrics.loss");

  expect([first, second, third]).toEqual([
    { by: "metrics.loss", descending: true },
    { by: "metrics.loss", descending: false },
    NEWEST_FIRST,
  ]);
});

test("columns that come later do not push away those that are shown", () => {
  expect(shownByDefault(["loss"], ["accuracy", "loss", "rate"], 2)).toEqual(["loss", "accuracy"]);
});

test("a column that is gone is not shown", () => {
  expect(shownByDefault(["gone", "loss"], ["loss"], 2)).toEqual(["loss"]);
});
