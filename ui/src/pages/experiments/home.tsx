import { createEffect, Show } from "solid-js";

import { send } from "../../api/send";
import type { Experiment } from "../../api/types";
import { useApp } from "../../app-context";
import { ErrorNote } from "../../parts/error-note";
import type { Experiments } from "./list";

// Among more experiments than these the newest will do.
const LOOKED_AT = 500;

/** The first page leads on to where something happened last: there is nothing else to see on it. */
export function Home(props: { experiments: Experiments }) {
  const { router } = useApp();
  createEffect(() => {
    const all = props.experiments.all();
    if (all.length)
      void liveliest(all).then(
        (id) => router.route().page === "home" && router.go(`/experiments/${id}`, { replace: true }),
      );
  });
  return (
    <section class="plain-page">
      <Show when={props.experiments.error()}>
        {(error) => <ErrorNote error={error()} onRetry={() => void props.experiments.load()} />}
      </Show>
      <Show when={props.experiments.loaded() && props.experiments.all().length === 0}>
        <h1>No experiments</h1>
        <p>
          All are in the bin. Make one: <code>penstock.set_experiment("first steps")</code>.
        </p>
      </Show>
    </section>
  );
}

/** The id of the experiment of the run that started last; of the newest experiment when there are no runs. */
async function liveliest(experiments: readonly Experiment[]): Promise<string | undefined> {
  const newest = experiments[0]?.experiment_id;
  const experiment_ids = experiments.slice(0, LOOKED_AT).map((experiment) => experiment.experiment_id);
  try {
    const page = await send("SearchRuns", { experiment_ids, max_results: 1, order_by: ["attributes.start_time DESC"] });
    return page.runs?.[0]?.info.experiment_id ?? newest;
  } catch {
    return newest;
  }
}
