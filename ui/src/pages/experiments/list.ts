import { createSignal, onCleanup } from "solid-js";
import { createStore, reconcile } from "solid-js/store";

import { send } from "../../api/send";
import type { Experiment } from "../../api/types";
import { useApp } from "../../app-context";
import { oneAtATime } from "../../parts/one-at-a-time";

const PAGE = 1000;

/** Every active experiment, newest first, kept fresh. */
export function createExperiments() {
  const { changes } = useApp();
  const [state, setState] = createStore<{ all: Experiment[] }>({ all: [] });
  const [loaded, setLoaded] = createSignal(false);
  const [error, setError] = createSignal<unknown>();

  const load = oneAtATime(async () => {
    try {
      setState("all", reconcile(await fetchAll(), { key: "experiment_id" }));
      setError(undefined);
      setLoaded(true);
    } catch (failure) {
      setError(failure);
    }
  });
  void load();
  onCleanup(changes.listen((notice) => (notice.everything || notice.experiments.size > 0) && void load()));

  return { all: () => state.all, loaded, error, load };
}

export type Experiments = ReturnType<typeof createExperiments>;

async function fetchAll(): Promise<Experiment[]> {
  const all: Experiment[] = [];
  let token = "";
  do {
    const page = await send("SearchExperiments", { max_results: PAGE, page_token: token });
    all.push(...(page.experiments ?? []));
    token = page.next_page_token ?? "";
  } while (token);
  return all;
}
