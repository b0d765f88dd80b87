import { createMemo, createSignal, For, Show } from "solid-js";

import { useApp } from "../../app-context";
import { count } from "../../format/number";
import { Link } from "../../parts/link";
import { find } from "./find";
import type { Experiments } from "./list";

// More than a screen or ten of names is not read but searched.
const SHOWN = 200;

/** The experiments, to go to and fro between. */
export function Sidebar(props: { experiments: Experiments; onGo: () => void }) {
  const [here] = useApp().here;
  const [typed, setTyped] = createSignal("");
  const found = createMemo(() => find(props.experiments.all(), typed()));
  return (
    <nav class="side" aria-label="Experiments">
      <h2>
        Experiments <span class="quiet">{props.experiments.loaded() ? count(props.experiments.all().length) : ""}</span>
      </h2>
      <input
        type="search"
        placeholder="Find by name"
        aria-label="Find an experiment by name"
        value={typed()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && setTyped("")}
      />
      <ul>
        <For each={found().slice(0, SHOWN)}>
          {(experiment) => (
            <li>
              <Link
                href={`/experiments/${experiment.experiment_id}`}
                onClick={() => props.onGo()}
                aria-current={here() === experiment.experiment_id ? "page" : undefined}
                title={experiment.name}
              >
                {experiment.name}
              </Link>
            </li>
          )}
        </For>
      </ul>
      <Show when={found().length > SHOWN}>
        <p class="quiet">Type to find among {count(found().length - SHOWN)} more.</p>
      </Show>
      <Show when={props.experiments.loaded() && found().length === 0}>
        <p class="quiet">No experiment is named so.</p>
      </Show>
    </nav>
  );
}
