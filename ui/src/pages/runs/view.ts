/** What the reader asked of the runs table. All of it stands in the address, so that a link shows the same. */
export interface View {
  /** A filter, in the language of search_runs. */
  filter: string;
  sort: Sort;
  /** Names of the columns chosen; undefined while the reader has not chosen. */
  params: string[] | undefined;
  metrics: string[] | undefined;
}

export interface Sort {
  /** `attributes.start_time`, `metrics.loss`, `params.model`, `tags.mlflow.source.name`. */
  by: string;
  descending: boolean;
}

export const NEWEST_FIRST: Sort = { by: "attributes.start_time", descending: true };

/** Read a view from an address's query string. */
export function viewOf(query: URLSearchParams): View {
  const sort = query.get("sort");
  return {
    filter: query.get("q") ?? "",
    sort: sort ? { by: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : NEWEST_FIRST,
    params: namesOf(query.get("params")),
    metrics: namesOf(query.get("metrics")),
  };
}

/** The parts of the query string for a part of a view; undefined for what goes without saying. */
export function queryOfView(part: Partial<View>): Record<string, string | undefined> {
  const query: Record<string, string | undefined> = {};
  if ("filter" in part) query["q"] = part.filter || undefined;
  if (part.sort)
    query["sort"] = same(part.sort, NEWEST_FIRST) ? undefined : (part.sort.descending ? "-" : "") + part.sort.by;
  if ("params" in part) query["params"] = part.params?.join(",");
  if ("metrics" in part) query["metrics"] = part.metrics?.join(",");
  return query;
}

/** The order as SearchRuns takes it. Keys stand in backticks, which none of them can hold. */
export function orderBy(sort: Sort): string[] {
  const dot = sort.by.indexOf(".");
  const kind = sort.by.slice(0, dot);
  const key = sort.by.slice(dot + 1);
  const name = kind === "attributes" ? sort.by : `${kind}.\`${key}\``;
  return [`${name} ${sort.descending ? "DESC" : "ASC"}`];
}

/** The order after a click on a column's head: numbers and times greatest first, then the other way, then newest first. */
export function sortAfterClick(now: Sort, by: string): Sort {
  const firstDescending = by.startsWith("metrics.") || by === NEWEST_FIRST.by;
  if (now.by !== by) return { by, descending: firstDescending };
  if (now.descending === firstDescending) return { by, descending: !firstDescending };
  return NEWEST_FIRST;
}

/** Which of `names` to show when the reader has not chosen: what was shown stays, and room is filled in order. */
export function shownByDefault(before: readonly string[], names: readonly string[], room: number): string[] {
  const kept = before.filter((name) => names.includes(name));
  const fresh = names.filter((name) => !kept.includes(name));
  return [...kept, ...fresh].slice(0, room);
}

function namesOf(text: string | null): string[] | undefined {
  // No key holds a comma.
  return text === null ? undefined : text.split(",").filter(Boolean);
}

function same(one: Sort, other: Sort): boolean {
  return one.by === other.by && one.descending === other.descending;
}
