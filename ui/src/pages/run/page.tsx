import { createEffect, createResource, onCleanup, Show } from "solid-js";

import { send } from "../../api/send";
import type { Run } from "../../api/types";
import { useApp } from "../../app-context";
import { tagOf } from "../../format/source";
import { ErrorNote } from "../../parts/error-note";
import { ArtifactsPanel } from "./artifacts";
import { CurvesPanel } from "./curves";
import { createLiveRun } from "./live-run";
import { RunHead } from "./head";
import { MetricsTable, ParamsTable, TagsTable } from "./tables";

/** One run: what went in, what came out, and how it went. */
export function RunPage(props: { runId: string }) {
  const live = createLiveRun(props.runId);
  return (
    <section class="run-page">
      <Show when={live.error()}>{(error) => <ErrorNote error={error()} onRetry={() => void live.load()} />}</Show>
      <Show when={live.run()}>{(run) => <Content run={run()} live={live} />}</Show>
    </section>
  );
}

function Content(props: { run: Run; live: ReturnType<typeof createLiveRun> }) {
  const { router, here } = useApp();
  createEffect(() => here[1](props.run.info.experiment_id));
  onCleanup(() => here[1](undefined));
  const [experiment] = createResource(
    () => props.run.info.experiment_id,
    (experiment_id) => send("GetExperiment", { experiment_id }),
  );
  const note = () => tagOf(props.run, "mlflow.note.content");
  const tab = () => (router.query().get("tab") === "artifacts" ? "artifacts" : "curves");
  createEffect(() => (document.title = `${props.run.info.run_name || props.run.info.run_id} · Penstock`));

  return (
    <>
      <RunHead run={props.run} experiment={experiment.error ? undefined : experiment()?.experiment} />
      <Show when={note()}>{(text) => <p class="note">{text()}</p>}</Show>
      <div class="run-columns">
        <div class="run-facts">
          <ParamsTable params={props.run.data.params ?? []} />
          <MetricsTable series={props.live.series()} />
          <TagsTable tags={props.run.data.tags ?? []} />
        </div>
        <div class="run-main">
          <div class="tabs" role="tablist" aria-label="What the run made">
            <Tab
              name="Curves"
              active={tab() === "curves"}
              onPick={() => router.ask({ tab: undefined, path: undefined })}
            />
            <Tab name="Artifacts" active={tab() === "artifacts"} onPick={() => router.ask({ tab: "artifacts" })} />
          </div>
          <Show when={tab() === "curves"} fallback={<ArtifactsPanel run={props.run} version={props.live.version()} />}>
            <CurvesPanel run={props.run} series={props.live.series()} />
          </Show>
        </div>
      </div>
    </>
  );
}

function Tab(props: { name: string; active: boolean; onPick: () => void }) {
  return (
    <button type="button" role="tab" aria-selected={props.active} onClick={() => props.onPick()}>
      {props.name}
    </button>
  );
}
