import { describe, expect, test } from "vitest";

import { tableOfCsv } from "./csv";
import { kindOf, pretty, tableOfJson } from "./kind";

describe("kindOf", () => {
  test.each([
    ["plots/confusion.PNG", "image"],
    ["logo.svg", "svg"],
    ["metrics.json", "json"],
    ["a.b/rows.tsv", "csv"],
    ["model/MLmodel", "text"],
    ["train.py", "text"],
    ["model.joblib", "other"],
    ["archive.tar.gz", "other"],
  ])("%s is %s", (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });
});

test("JSON that is cut off is shown as it is", () => {
  expect([pretty('{"a":1}'), pretty('{"a":')]).toEqual(['{\n  "a": 1\n}', '{"a":']);
});

describe("tableOfJson", () => {
  test("reads what log_table writes", () => {
    const text = '{"columns": ["n", "x"], "data": [[1, null], [2, {"a": 1}]]}';

    expect(tableOfJson(text)).toEqual({
      columns: ["n", "x"],
      rows: [
        ["1", ""],
        ["2", '{"a":1}'],
      ],
    });
  });

  test.each(["[]", "{}", "null", "no", '{"columns": 1, "data": []}'])("%s is no table", (text) => {
    expect(tableOfJson(text)).toBeUndefined();
  });
});

describe("tableOfCsv", () => {
  test("reads quoted cells", () => {
    const text = 'name,note\r\na,"x, ""y""\nz"\r\n\r\nb,\r\n';

    expect(tableOfCsv(text, ",", 10)).toEqual({
      columns: ["name", "note"],
      rows: [
        ["a", 'x, "y"\nz'],
        ["b", ""],
      ],
    });
  });

  test("takes the last line without a line break", () => {
    expect(tableOfCsv("a\tb\n1\t2", "\t", 10).rows).toEqual([["1", "2"]]);
  });

  test("stops at the limit", () => {
    expect(tableOfCsv("a\n1\n2\n3\n4", ",", 2).rows).toEqual([["1"], ["2"]]);
  });

  test("an empty file is an empty table", () => {
    expect(tableOfCsv("", ",", 2)).toEqual({ columns: [], rows: [] });
  });
});
