import { batch, createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from "solid-js";

import { send } from "../../api/send";
import type { SeriesSummary, Window } from "../../api/types";
import { Plot, type Pointed } from "../../charts/plot";
import { drawnOver, grown, stepsBetween, type XAxis } from "../../charts/series";
import { count, counted, short } from "../../format/number";
import { duration } from "../../format/time";
import { oneAtATime } from "../../parts/one-at-a-time";

const HEIGHT = 210;
// Two points a pixel are as good as all: the least and the greatest of every interval.
const POINTS_PER_PIXEL = 2;
const FEWEST = 400;
const MOST = 4000;

type Steps = [number, number];

export interface CurveLook {
  axis: XAxis;
  log: boolean;
  smoothing: number;
}

/** The card of one metric: loads its curve when it comes into sight, and more of it as the run goes on. */
export function CurveCard(props: { runId: string; startTime: number; summary: SeriesSummary; look: CurveLook }) {
  const [inSight, setInSight] = createSignal(false);
  const [whole, setWhole] = createSignal<Window>();
  const [part, setPart] = createSignal<Window>();
  const [zoom, setZoom] = createSignal<Steps>();
  const [pointed, setPointed] = createSignal<Pointed>();
  const [failed, setFailed] = createSignal<string>();
  let card!: HTMLElement;

  const maxPoints = () => Math.min(MOST, Math.max(FEWEST, card.clientWidth * POINTS_PER_PIXEL));
  const ask = async (steps: { start_step?: number; end_step?: number }): Promise<Window | undefined> => {
    const fields = { run_ids: [props.runId], metric_key: props.summary.key, max_points: maxPoints(), ...steps };
    return (await send("GetMetricWindow", fields)).windows?.[0];
  };

  /** The whole curve, by its newest points alone where that is enough. */
  const askWhole = async (): Promise<Window | undefined> => {
    const before = whole();
    const start_step = before?.steps.at(-1);
    if (before?.exact && start_step !== undefined && before.steps.length < maxPoints()) {
      const tail = await ask({ start_step });
      const after = tail && grown(before, tail);
      // Fewer points than there are: some were logged at earlier steps.
      if (after && after.steps.length >= props.summary.count) return after;
    }
    return ask({});
  };
  const load = oneAtATime(async () => {
    try {
      const steps = zoom();
      if (steps) {
        const found = await ask({ start_step: steps[0], end_step: steps[1] });
        if (zoom() === steps) setPart(found);
      } else {
        setWhole(await askWhole());
      }
      setFailed(undefined);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  });

  onMount(() => {
    const observer = new IntersectionObserver((entries) => setInSight(entries.some((entry) => entry.isIntersecting)), {
      rootMargin: "200px",
    });
    observer.observe(card);
    onCleanup(() => observer.disconnect());
  });
  createEffect(
    on([inSight, () => props.summary.count, zoom], ([visible]) => {
      if (visible) void load();
    }),
  );

  // Where time is counted from: the start of the run, unless points say that they are older.
  const origin = () => {
    const first = props.summary.first.timestamp;
    return props.startTime && props.startTime <= first ? props.startTime : first;
  };
  const curve = () => (zoom() && part()) || whole();
  const zoomTo = (from: number, to: number) => {
    const now = curve();
    const steps: Steps | undefined =
      props.look.axis === "step"
        ? [Math.floor(from), Math.ceil(to)]
        : now && stepsBetween(now, origin() + from * 1000, origin() + to * 1000);
    if (steps) setZoom(steps);
  };
  // What is drawn until the finer points are there is the same part of the whole curve.
  const reset = () =>
    batch(() => {
      setPart(undefined);
      setZoom(undefined);
    });
  const drawn = createMemo(() => {
    const now = curve();
    return now && drawnOver(now, props.look.axis, origin());
  });
  return (
    <article class="curve-card" ref={card} aria-label={props.summary.key}>
      <header>
        <h3 title={props.summary.key}>{props.summary.key}</h3>
        <Readout summary={props.summary} pointed={pointed()} axis={props.look.axis} />
      </header>
      <div class="curve-body" style={{ height: `${HEIGHT}px` }}>
        <Show when={!failed()} fallback={<p class="curve-failed">{failed()}</p>}>
          <Show when={drawn()}>
            {(now) => (
              <Plot
                drawn={now()}
                axis={props.look.axis}
                log={props.look.log}
                smoothing={props.look.smoothing}
                range={props.look.axis === "step" ? zoom() : undefined}
                height={HEIGHT}
                group={props.runId}
                onZoom={zoomTo}
                onReset={reset}
                onPoint={setPointed}
              />
            )}
          </Show>
        </Show>
      </div>
      <footer>
        <Mark curve={curve()} total={props.summary.count} zoomed={Boolean(zoom())} />
        <Show when={zoom()}>
          <button type="button" class="link" onClick={reset}>
            Show all steps
          </button>
        </Show>
      </footer>
    </article>
  );
}

/** The value under the pointer, else the last. */
function Readout(props: { summary: SeriesSummary; pointed: Pointed | undefined; axis: XAxis }) {
  const place = () => {
    const point = props.pointed;
    if (!point) return `step ${count(props.summary.last.step)}`;
    return props.axis === "step" ? `step ${count(point.x)}` : `after ${duration(point.x * 1000)}`;
  };
  return (
    <p class="readout">
      <span class="quiet">{place()}</span> <b>{short(props.pointed ? props.pointed.y : props.summary.last.value)}</b>
    </p>
  );
}

/** Says whether every point is drawn. */
function Mark(props: { curve: Window | undefined; total: number; zoomed: boolean }) {
  return (
    <Show when={props.curve} fallback={<span class="quiet">{"\u00a0"}</span>}>
      {(curve) => (
        <Show
          when={curve().exact}
          fallback={
            <span
              class="quiet"
              title="The least and the greatest value of each stretch are drawn: no spike is missed. Zoom in for every point."
            >
              min-max of {props.zoomed ? "this part of " : ""}
              {counted(props.total, "point")}
            </span>
          }
        >
          <span class="quiet" title="Every point that was logged is drawn">
            exact · {counted(curve().steps.length, "point")}
          </span>
        </Show>
      )}
    </Show>
  );
}
