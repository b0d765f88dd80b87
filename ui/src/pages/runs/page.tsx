import { createEffect, createMemo, createResource, createSignal, on, onCleanup, Show } from "solid-js";

import { send } from "../../api/send";
import { useApp } from "../../app-context";
import { count, counted } from "../../format/number";
import { Copy } from "../../parts/copy";
import { ErrorNote } from "../../parts/error-note";
import { Teach } from "../../parts/teach";
import { createColumns } from "./columns";
import { ColumnPicker } from "./picker";
import { idOf } from "./row";
import { createRows } from "./rows";
import { SearchBox } from "./search-box";
import { createSight, RunsTable } from "./table";
import { queryOfView, sortAfterClick, viewOf, type View } from "./view";

/** The runs of an experiment. */
export function RunsPage(props: { experimentId: string }) {
  const { router, here } = useApp();
  here[1](props.experimentId);
  onCleanup(() => here[1](undefined));
  const [experiment] = createResource(
    () => props.experimentId,
    (experiment_id) => send("GetExperiment", { experiment_id }),
  );
  const view = createMemo(() => viewOf(router.query()));
  const change = (part: Partial<View>) => router.ask(queryOfView(part));

  const sight = createSight();
  const question = createMemo(() => ({ filter: view().filter, sort: view().sort }), undefined, {
    equals: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  const rows = createRows(props.experimentId, question, {
    atTop: sight.atTop,
    ids: () => rows.rows().slice(sight.range().start, sight.range().end).map(idOf),
  });
  const columns = createColumns(props.experimentId, view, rows.rows);
  // Runs that could not be found because of the filter are another thing than no runs at all.
  const [tried, setTried] = createSignal(false);
  createEffect(on(rows.loading, (loading) => !loading && setTried(true)));
  const nothing = () => tried() && rows.rows().length === 0 && !rows.error();

  const found = () => (experiment.error ? undefined : experiment()?.experiment);
  createEffect(() => (document.title = `${found()?.name ?? "Experiment"} · Penstock`));

  return (
    <section class="runs-page">
      <Show when={!experiment.error} fallback={<ErrorNote error={experiment.error} />}>
        <header class="page-head">
          <h1>{found()?.name ?? "\u00a0"}</h1>
          <dl class="facts">
            <div>
              <dt>Experiment ID</dt>
              <dd>{props.experimentId}</dd>
            </div>
            <div class="wide">
              <dt>Artifact location</dt>
              <dd>
                <span class="path">{found()?.artifact_location ?? "\u00a0"}</span>
                <Show when={found()?.artifact_location}>
                  {(place) => <Copy text={place()} what="artifact location" />}
                </Show>
              </dd>
            </div>
          </dl>
        </header>
        <div class="tools">
          <SearchBox filter={view().filter} error={rows.error()} onSearch={(filter) => change({ filter })} />
          <ColumnPicker
            names={columns.names()}
            shown={columns.shown()}
            chosen={Boolean(view().params || view().metrics)}
            onChange={change}
          />
        </div>
        <div class="summary-line">
          <p aria-live="polite" aria-label={`${counted(rows.total() ?? 0, "matching run")}`}>
            <Show when={rows.total() !== undefined} fallback={"\u00a0"}>
              <b>{count(rows.total() ?? 0)}</b> matching {rows.total() === 1 ? "run" : "runs"}
            </Show>
          </p>
          <Show when={rows.arrived() > 0}>
            <button
              type="button"
              class="pill"
              onClick={() => {
                sight.toTop();
                void rows.load();
              }}
            >
              {counted(rows.arrived(), "new run")}
            </button>
          </Show>
        </div>
        <Show
          when={!nothing()}
          fallback={
            <Nothing
              filter={view().filter}
              experiment={found()?.name ?? "first steps"}
              onClear={() => change({ filter: "" })}
            />
          }
        >
          <RunsTable
            rows={rows}
            sight={sight}
            shown={columns.shown()}
            sort={view().sort}
            onSort={(by) => change({ sort: sortAfterClick(view().sort, by) })}
          />
        </Show>
      </Show>
    </section>
  );
}

function Nothing(props: { filter: string; experiment: string; onClear: () => void }) {
  return (
    <div class="nothing">
      <Show
        when={props.filter}
        fallback={
          <>
            <h2>No runs yet</h2>
            <p>Run this, and watch it appear here:</p>
            <Teach experiment={props.experiment} />
          </>
        }
      >
        <h2>No run matches</h2>
        <p>Not one run of this experiment fits the search.</p>
        <button type="button" onClick={() => props.onClear()}>
          Show all runs
        </button>
      </Show>
    </div>
  );
}
