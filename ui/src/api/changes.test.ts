import { expect, test } from "vitest";

import { Notice } from "./changes";

test("changes that come together are one notice", () => {
  const notice = new Notice();

  notice.add({ revision: 4, run_ids: ["a"] });
  notice.add({ revision: 5, run_ids: ["b"], experiment_ids: ["1"] });

  expect([notice.hasRun("a"), notice.hasRun("b"), notice.hasExperiment("1")]).toEqual([true, true, true]);
  expect([notice.hasRun("c"), notice.hasExperiment("2")]).toEqual([false, false]);
});

test("a change that names nothing may be anything", () => {
  const notice = new Notice();

  notice.add({ revision: 4 });

  expect([notice.empty, notice.hasRun("c"), notice.hasExperiment("2")]).toEqual([false, true, true]);
});

test("a notice without changes is empty", () => {
  expect(new Notice().empty).toBe(true);
});
