import type { Run } from "../../api/types";
import type { WireNumber } from "../../format/number";

/** A run as the table shows it: its values by name. */
export interface Row {
  run: Run;
  params: Map<string, string>;
  metrics: Map<string, WireNumber>;
}

export function rowOf(run: Run): Row {
  return {
    run,
    params: new Map(run.data.params?.map(({ key, value }) => [key, value])),
    metrics: new Map(run.data.metrics?.map(({ key, value }) => [key, value])),
  };
}

export function idOf(row: Row): string {
  return row.run.info.run_id;
}

/** `rows` with `fresh` in the place of the rows of the same runs, and without those in `gone`. */
export function refreshed(rows: readonly Row[], fresh: readonly Row[], gone: ReadonlySet<string> = new Set()): Row[] {
  const byId = new Map(fresh.map((row) => [idOf(row), row]));
  return rows.filter((row) => !gone.has(idOf(row))).map((row) => byId.get(idOf(row)) ?? row);
}

/** `head` first, then those of `rows` that are not in it. */
export function withHead(rows: readonly Row[], head: readonly Row[]): Row[] {
  const known = new Set(head.map(idOf));
  return [...head, ...rows.filter((row) => !known.has(idOf(row)))];
}

/** `rows`, then those of `next` that are not among them: a page may begin with what moved down in the meantime. */
export function withNext(rows: readonly Row[], next: readonly Row[]): Row[] {
  const known = new Set(rows.map(idOf));
  return [...rows, ...next.filter((row) => !known.has(idOf(row)))];
}

/** `names` with those first that the rows have different values for: what was tried says more than what was not. */
export function differingFirst(names: readonly string[], rows: readonly Row[]): string[] {
  const differs = (name: string) => {
    const first = rows.find((row) => row.params.has(name))?.params.get(name);
    return rows.some((row) => row.params.has(name) && row.params.get(name) !== first);
  };
  const differing = names.filter(differs);
  return [...differing, ...names.filter((name) => !differing.includes(name))];
}

/** Which rows of a long table to draw: those in sight and some on either side. */
export function inSight(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): { start: number; end: number } {
  const spare = 8;
  const start = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), count) - spare);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return { start, end: Math.max(start, end) };
}
