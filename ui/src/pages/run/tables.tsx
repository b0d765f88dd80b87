import { createMemo, createSignal, For, Show, type JSX } from "solid-js";

import type { Param, RunTag, SeriesSummary } from "../../api/types";
import { count, counted, short } from "../../format/number";

// Below this many rows looking is quicker than typing.
const WORTH_FINDING = 12;
// Longer texts are shown by their first characters, and whole when asked for.
const LONG = 48;
// Tags that are shown in the page's head already, or that only programs read.
const KNOWN = new Set([
  "mlflow.runName",
  "mlflow.user",
  "mlflow.source.name",
  "mlflow.source.git.commit",
  "mlflow.note.content",
]);

/** The run's params. */
export function ParamsTable(props: { params: readonly Param[] }) {
  return (
    <Findable title="Parameters" items={props.params} name={(param) => param.key} nothing="None logged.">
      {(params) => <PairTable pairs={params} />}
    </Findable>
  );
}

/** The run's metrics: where they ended, and their least and greatest. */
export function MetricsTable(props: { series: readonly SeriesSummary[] }) {
  return (
    <Findable title="Metrics" items={props.series} name={(series) => series.key} nothing="None logged yet.">
      {(found) => (
        <table class="plain metrics">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Last</th>
              <th scope="col">Min</th>
              <th scope="col">Max</th>
            </tr>
          </thead>
          <tbody>
            <For each={found}>
              {(series) => (
                <tr>
                  <th scope="row" title={`${series.key}: ${counted(series.count, "point")}`}>
                    {series.key}
                  </th>
                  <td title={`${series.last.value} at step ${count(series.last.step)}`}>
                    {short(series.last.value, 4)}
                  </td>
                  <td title={placeOf(series.least)}>{series.least ? short(series.least.value, 4) : "–"}</td>
                  <td title={placeOf(series.greatest)}>{series.greatest ? short(series.greatest.value, 4) : "–"}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      )}
    </Findable>
  );
}

/** The run's tags, but for those that the head of the page shows. */
export function TagsTable(props: { tags: readonly RunTag[] }) {
  const shown = createMemo(() => props.tags.filter((tag) => !KNOWN.has(tag.key)));
  return (
    <Findable title="Tags" items={shown()} name={(tag) => tag.key} nothing="None.">
      {(tags) => <PairTable pairs={tags} />}
    </Findable>
  );
}

function placeOf(extreme: SeriesSummary["least"]): string {
  return extreme ? `${extreme.value} at step ${count(extreme.step)}` : "";
}

function isLong(text: string): boolean {
  return text.length > 2 * LONG || text.includes("\n");
}

function PairTable(props: { pairs: readonly { key: string; value: string }[] }) {
  return (
    <table class="plain pairs">
      <tbody>
        <For each={props.pairs}>
          {(pair) => (
            <tr>
              <th scope="row" title={pair.key}>
                {pair.key}
              </th>
              <td>
                <Show when={isLong(pair.value)} fallback={<span class="value">{pair.value}</span>}>
                  <details>
                    <summary class="value">{pair.value.slice(0, LONG)} …</summary>
                    <pre>{pair.value}</pre>
                  </details>
                </Show>
              </td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}

interface FindableProps<T> {
  title: string;
  items: readonly T[];
  name: (item: T) => string;
  nothing: string;
  children: (found: T[]) => JSX.Element;
}

/** A titled list, with a box to find in it when it is long. */
function Findable<T>(props: FindableProps<T>) {
  const [typed, setTyped] = createSignal("");
  const found = createMemo(() => {
    const part = typed().toLowerCase();
    return props.items.filter((item) => props.name(item).toLowerCase().includes(part));
  });
  return (
    <section class="facts-table" aria-label={props.title}>
      <h2>
        {props.title} <span class="quiet">{props.items.length || ""}</span>
      </h2>
      <Show when={props.items.length >= WORTH_FINDING}>
        <input
          type="search"
          placeholder={`Find in ${props.title.toLowerCase()}`}
          aria-label={`Find in ${props.title.toLowerCase()}`}
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </Show>
      <Show when={found().length} fallback={<p class="quiet">{typed() ? "Not found." : props.nothing}</p>}>
        {props.children(found())}
      </Show>
    </section>
  );
}
