import { expect, test } from "vitest";

import { find } from "./find";

const ALL = [
  { experiment_id: "0", name: "Default" },
  { experiment_id: "12", name: "digits: forests and trees" },
  { experiment_id: "13", name: "diabetes 12" },
];

const ids = (typed: string) => find(ALL, typed).map((experiment) => experiment.experiment_id);

test("nothing typed finds all, in order", () => {
  expect(ids(" ")).toEqual(["0", "12", "13"]);
});

test("words are found in any order and case", () => {
  expect(ids("TREES dig")).toEqual(["12"]);
});

test("an id is found too", () => {
  expect(ids("12")).toEqual(["12", "13"]);
});

test("a word that no name has finds nothing", () => {
  expect(ids("digits wine")).toEqual([]);
});
