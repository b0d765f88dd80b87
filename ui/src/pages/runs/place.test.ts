import { expect, test } from "vitest";

import { placeOf } from "./place";

const FILTER = "metrics.loss << 0.1 AND param.x";

test("the word at the place is marked, without the picture of it", () => {
  const message = `Invalid filter, at position 25: 'param.x' needs a comparison.\n  ${FILTER}\n  ${" ".repeat(24)}^`;

  expect(placeOf(message, FILTER)).toEqual({ start: 24, end: 31, message: "'param.x' needs a comparison." });
});

test("a sign is marked alone", () => {
  expect(placeOf("Invalid filter, at position 14: what is this?", FILTER)).toMatchObject({ start: 13, end: 14 });
});

test("the end of the filter is a place too", () => {
  expect(placeOf(`Invalid filter, at position ${FILTER.length + 1}: more is needed.`, FILTER)).toMatchObject({
    start: 31,
    end: 31,
  });
});

test("a message about another filter has no place in this one", () => {
  expect(placeOf("Invalid filter, at position 99: no.", FILTER)).toBeUndefined();
});

test("a message without a place has none", () => {
  expect(placeOf("The server does not answer.", FILTER)).toBeUndefined();
});
