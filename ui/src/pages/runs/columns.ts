import { createEffect, createMemo, createSignal, on, type Accessor } from "solid-js";

import { send } from "../../api/send";
import { differingFirst, type Row } from "./row";
import { shownByDefault, type View } from "./view";

// What fits beside a run's own columns on most screens.
const PARAMS_SHOWN = 4;
const METRICS_SHOWN = 4;

export interface Names {
  params: string[];
  metrics: string[];
}

/** The columns there are, and those that are shown. New names are learnt from the rows as they come. */
export function createColumns(experimentId: string, view: Accessor<View>, rows: Accessor<Row[]>) {
  const [names, setNames] = createSignal<Names>({ params: [], metrics: [] });

  const learn = (params: Iterable<string>, metrics: Iterable<string>) =>
    setNames((before) => {
      const after = { params: united(before.params, params), metrics: united(before.metrics, metrics) };
      return after.params === before.params && after.metrics === before.metrics ? before : after;
    });

  // Without the answer there are still the names that the rows have.
  send("ListColumns", { experiment_ids: [experimentId] }).then(
    (found) => learn(found.params ?? [], found.metrics ?? []),
    () => undefined,
  );
  createEffect(
    on(rows, (now) =>
      learn(
        now.flatMap((row) => [...row.params.keys()]),
        now.flatMap((row) => [...row.metrics.keys()]),
      ),
    ),
  );

  const defaults = createMemo<Names>(
    (before) => ({
      params: shownByDefault(before.params, rows().length ? differingFirst(names().params, rows()) : [], PARAMS_SHOWN),
      metrics: shownByDefault(before.metrics, names().metrics, METRICS_SHOWN),
    }),
    { params: [], metrics: [] },
  );
  const shown = createMemo<Names>(() => ({
    params: view().params ?? defaults().params,
    metrics: view().metrics ?? defaults().metrics,
  }));

  return { names, shown };
}

/** `before` with what is new, sorted; `before` itself if nothing is. */
function united(before: string[], more: Iterable<string>): string[] {
  const all = new Set(before);
  for (const name of more) all.add(name);
  return all.size === before.length ? before : [...all].sort((one, other) => one.localeCompare(other));
}
