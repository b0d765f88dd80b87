import { createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show } from "solid-js";

import { count } from "../../format/number";
import { Icon } from "../../parts/icon";
import type { Names } from "./columns";
import type { View } from "./view";

// A list of thousands is searched, not read.
const LISTED = 150;

type Group = keyof Names;

/** Which params and metrics the table shows. */
export function ColumnPicker(props: {
  names: Names;
  shown: Names;
  chosen: boolean;
  onChange: (part: Partial<View>) => void;
}) {
  const [open, setOpen] = createSignal(false);
  const panel = createUniqueId();
  let root!: HTMLDivElement;

  const away = (event: PointerEvent) => !root.contains(event.target as Node) && setOpen(false);
  onMount(() => addEventListener("pointerdown", away));
  onCleanup(() => removeEventListener("pointerdown", away));

  return (
    <div class="picker" ref={root} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button type="button" aria-expanded={open()} aria-controls={panel} onClick={() => setOpen(!open())}>
        <Icon name="columns" /> Columns
      </button>
      <Show when={open()}>
        <div class="panel" id={panel}>
          <Choice {...props} />
        </div>
      </Show>
    </div>
  );
}

function Choice(props: { names: Names; shown: Names; chosen: boolean; onChange: (part: Partial<View>) => void }) {
  const [typed, setTyped] = createSignal("");
  let box!: HTMLInputElement;
  onMount(() => box.focus());
  return (
    <>
      <div class="panel-head">
        <input
          ref={box}
          type="search"
          placeholder="Find a column"
          aria-label="Find a column"
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button
          type="button"
          disabled={!props.chosen}
          onClick={() => props.onChange({ params: undefined, metrics: undefined })}
        >
          Reset
        </button>
      </div>
      <ChoiceGroup title="Parameters" group="params" typed={typed()} {...props} />
      <ChoiceGroup title="Metrics" group="metrics" typed={typed()} {...props} />
    </>
  );
}

interface GroupProps {
  title: string;
  group: Group;
  typed: string;
  names: Names;
  shown: Names;
  onChange: (part: Partial<View>) => void;
}

function ChoiceGroup(props: GroupProps) {
  const shown = () => props.shown[props.group];
  const found = createMemo(() => {
    const part = props.typed.toLowerCase();
    return props.names[props.group].filter((name) => name.toLowerCase().includes(part));
  });
  const choose = (names: string[]) => props.onChange({ [props.group]: names });
  const toggle = (name: string) =>
    choose(shown().includes(name) ? shown().filter((each) => each !== name) : [...shown(), name]);
  return (
    <fieldset>
      <legend>
        {props.title}{" "}
        <span class="quiet">
          {count(shown().length)} of {count(props.names[props.group].length)}
        </span>
      </legend>
      <div class="choice-tools">
        <button
          type="button"
          class="link"
          onClick={() => choose([...new Set([...shown(), ...found().slice(0, LISTED)])])}
        >
          Show these
        </button>
        <button type="button" class="link" onClick={() => choose(shown().filter((name) => !found().includes(name)))}>
          Hide these
        </button>
      </div>
      <For each={found().slice(0, LISTED)}>
        {(name) => (
          <label>
            <input type="checkbox" checked={shown().includes(name)} onChange={() => toggle(name)} />
            <span>{name}</span>
          </label>
        )}
      </For>
      <Show when={found().length > LISTED}>
        <p class="quiet">Type to find among {count(found().length - LISTED)} more.</p>
      </Show>
      <Show when={found().length === 0}>
        <p class="quiet">None</p>
      </Show>
    </fieldset>
  );
}
