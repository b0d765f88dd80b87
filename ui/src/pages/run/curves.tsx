import { createMemo, createSignal, For, Show } from "solid-js";

import type { Run, SeriesSummary } from "../../api/types";
import { useApp } from "../../app-context";
import { count } from "../../format/number";
import { CurveCard, type CurveLook } from "./curve";

/** A curve for each metric with more than one point; how they look stands in the address. */
export function CurvesPanel(props: { run: Run; series: readonly SeriesSummary[] }) {
  const { router } = useApp();
  const [typed, setTyped] = createSignal("");
  const curves = createMemo(() => props.series.filter((series) => series.count > 1));
  const found = createMemo(() => {
    const part = typed().toLowerCase();
    return curves().filter((series) => series.key.toLowerCase().includes(part));
  });
  const look = createMemo<CurveLook>(() => {
    const query = router.query();
    return {
      axis: query.get("x") === "time" ? "time" : "step",
      log: query.get("y") === "log",
      smoothing: Math.min(0.99, Math.max(0, Number(query.get("smooth")) || 0)),
    };
  });
  return (
    <>
      <Show when={curves().length} fallback={<NoCurves running={props.run.info.status === "RUNNING"} />}>
        <div class="tools">
          <input
            type="search"
            placeholder={`Find in ${count(curves().length)} curves`}
            aria-label="Find a curve by its name"
            value={typed()}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => event.key === "Escape" && setTyped("")}
          />
          <Choice
            name="Horizontal axis"
            options={[
              ["step", "Step"],
              ["time", "Time"],
            ]}
            value={look().axis}
            onPick={(axis) => router.ask({ x: axis === "time" ? axis : undefined })}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={look().log}
              onChange={(event) => router.ask({ y: event.currentTarget.checked ? "log" : undefined })}
            />
            Log scale
          </label>
          <label class="slider">
            Smoothing
            <input
              type="range"
              min="0"
              max="0.99"
              step="0.01"
              value={look().smoothing}
              onInput={(event) =>
                router.ask({ smooth: Number(event.currentTarget.value) ? event.currentTarget.value : undefined })
              }
            />
            <output>{look().smoothing.toFixed(2)}</output>
          </label>
        </div>
        <div class="curves">
          <For each={found()}>
            {(series) => (
              <CurveCard
                runId={props.run.info.run_id}
                startTime={props.run.info.start_time ?? 0}
                summary={series}
                look={look()}
              />
            )}
          </For>
        </div>
        <Show when={found().length === 0}>
          <p class="quiet">No curve is named so.</p>
        </Show>
      </Show>
    </>
  );
}

function NoCurves(props: { running: boolean }) {
  return (
    <div class="nothing">
      <h2>No curves{props.running ? " yet" : ""}</h2>
      <p>A metric with more than one point is drawn here:</p>
      <pre>
        <code>{'penstock.log_metric("loss", 0.25, step=10)'}</code>
      </pre>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  options: [value: string, label: string][];
  value: string;
  onPick: (value: string) => void;
}

function Choice(props: ChoiceProps) {
  return (
    <div class="choice" role="group" aria-label={props.name}>
      <For each={props.options}>
        {([value, label]) => (
          <button type="button" aria-pressed={props.value === value} onClick={() => props.onPick(value)}>
            {label}
          </button>
        )}
      </For>
    </div>
  );
}
