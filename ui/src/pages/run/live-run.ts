import { createSignal, onCleanup } from "solid-js";
import { createStore, reconcile } from "solid-js/store";

import { send } from "../../api/send";
import type { Run, SeriesSummary } from "../../api/types";
import { useApp } from "../../app-context";
import { oneAtATime } from "../../parts/one-at-a-time";

/** A run and the summaries of its metrics, as they are now. */
export function createLiveRun(runId: string) {
  const { changes } = useApp();
  const [state, setState] = createStore<{ run?: Run; series: SeriesSummary[] }>({ series: [] });
  const [error, setError] = createSignal<unknown>();
  const [version, setVersion] = createSignal(0);

  const load = oneAtATime(async () => {
    try {
      const [found, summaries] = await Promise.all([
        send("GetRun", { run_id: runId }),
        send("GetSeriesSummaries", { run_id: runId }),
      ]);
      setState("run", reconcile(found.run, { key: "key" }));
      setState("series", reconcile(summaries.series ?? [], { key: "key" }));
      setError(undefined);
      setVersion((before) => before + 1);
    } catch (failure) {
      setError(failure);
    }
  });
  void load();
  onCleanup(changes.listen((notice) => notice.hasRun(runId) && void load()));

  return {
    run: () => state.run,
    series: () => state.series,
    error,
    /** Grows with each answer: what else belongs to the run may have changed too. */
    version,
    load,
  };
}

export type LiveRun = ReturnType<typeof createLiveRun>;
