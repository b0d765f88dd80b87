import { batch, createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";

import { ApiError, send } from "../../api/send";
import type { Notice } from "../../api/changes";
import type { Run } from "../../api/types";
import { useApp } from "../../app-context";
import { oneAtATime } from "../../parts/one-at-a-time";
import { idOf, refreshed, rowOf, withHead, withNext, type Row } from "./row";
import { orderBy, type Sort } from "./view";

const PAGE = 100;

interface Question {
  filter: string;
  sort: Sort;
}

interface Sight {
  /** Whether the first row is in sight: only then may new runs push the others down. */
  atTop: () => boolean;
  /** The runs in sight. */
  ids: () => string[];
}

/** The runs that a search finds, page by page as the reader goes down, changing as they change. */
export function createRows(experimentId: string, question: Accessor<Question>, sight: Sight) {
  const { changes } = useApp();
  const [rows, setRows] = createSignal<Row[]>([]);
  const [total, setTotal] = createSignal<number>();
  const [arrived, setArrived] = createSignal(0);
  const [error, setError] = createSignal<unknown>();
  const [loading, setLoading] = createSignal(true);
  const [token, setToken] = createSignal("");
  // Answers to an older question are thrown away.
  let asking = new AbortController();

  const search = (page_token: string, signal: AbortSignal) => {
    const { filter, sort } = question();
    return send(
      "SearchRuns",
      { experiment_ids: [experimentId], filter, order_by: orderBy(sort), max_results: PAGE, page_token },
      signal,
    );
  };
  const countNow = async (signal: AbortSignal) =>
    (await send("CountRuns", { experiment_ids: [experimentId], filter: question().filter }, signal)).count;

  /** Answer the question from the top; what is shown stays until the answer is there. */
  const load = async () => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    setLoading(true);
    try {
      const [page, count] = await Promise.all([search("", signal), countNow(signal)]);
      batch(() => {
        setRows((page.runs ?? []).map(rowOf));
        setToken(page.next_page_token ?? "");
        setTotal(count);
        setArrived(0);
        setError(undefined);
        setLoading(false);
      });
    } catch (failure) {
      if (signal.aborted) return;
      setError(failure);
      setLoading(false);
    }
  };

  /** Add the next page, if there is one. */
  const more = oneAtATime(async () => {
    const { signal } = asking;
    if (!token() || loading()) return;
    try {
      const page = await search(token(), signal);
      if (signal.aborted) return;
      setRows((before) => withNext(before, (page.runs ?? []).map(rowOf)));
      setToken(page.next_page_token ?? "");
    } catch (failure) {
      if (!signal.aborted) setError(failure);
    }
  });

  const refreshKnown = async (ids: string[], signal: AbortSignal) => {
    for (let start = 0; start < ids.length; start += PAGE) {
      const some = ids.slice(start, start + PAGE);
      const found = await runsById(experimentId, some, signal);
      if (signal.aborted) return;
      const here = new Set(found.map((run) => run.info.run_id));
      const gone = new Set(some.filter((id) => !here.has(id)));
      setRows((before) => refreshed(before, found.map(rowOf), gone));
    }
  };

  const lookForNew = async (signal: AbortSignal) => {
    const count = await countNow(signal);
    const before = total() ?? 0;
    if (sight.atTop()) {
      const page = await search("", signal);
      if (signal.aborted) return;
      batch(() => {
        setRows((rows) => withHead(rows, (page.runs ?? []).map(rowOf)));
        setTotal(count);
        setArrived(0);
      });
    } else if (count !== before) {
      batch(() => {
        setArrived((sofar) => Math.max(0, sofar + count - before));
        setTotal(count);
      });
    }
  };

  let news: Notice[] = [];
  const catchUp = oneAtATime(async () => {
    const notices = news;
    news = [];
    // What was refused is refused again.
    if (refused(error())) return;
    const { signal } = asking;
    const everything = notices.some((notice) => notice.everything);
    const named = new Set(notices.flatMap((notice) => [...notice.runs]));
    const shown = new Set(rows().map(idOf));
    const stale = everything ? sight.ids() : [...named].filter((id) => shown.has(id));
    const maybeNew =
      everything || [...named].some((id) => !shown.has(id)) || notices.some((n) => n.hasExperiment(experimentId));
    try {
      await refreshKnown(stale, signal);
      if (maybeNew) await lookForNew(signal);
      setError(undefined);
    } catch (failure) {
      if (!signal.aborted) setError(failure);
    }
  });

  createEffect(on(question, () => void load()));
  onCleanup(
    changes.listen((notice) => {
      if (loading()) return;
      news.push(notice);
      void catchUp();
    }),
  );
  onCleanup(() => asking.abort());

  return { rows, total, arrived, error, loading, hasMore: () => token() !== "", load, more };
}

function refused(error: unknown): boolean {
  return error instanceof ApiError && !error.away;
}

export type Rows = ReturnType<typeof createRows>;

async function runsById(experimentId: string, ids: string[], signal: AbortSignal): Promise<Run[]> {
  const list = ids.map((id) => `'${id}'`).join(", ");
  const fields = { experiment_ids: [experimentId], filter: `attributes.run_id IN (${list})`, max_results: ids.length };
  return (await send("SearchRuns", fields, signal)).runs ?? [];
}
