import { createEffect, createSignal, on, Show } from "solid-js";

import { ApiError } from "../../api/send";
import { Icon } from "../../parts/icon";
import { Link } from "../../parts/link";
import { placeOf } from "./place";

const EXAMPLE = "metrics.loss < 0.1 AND params.model = 'tree'";

/** Where a filter is typed; what the server did not understand stands below, with the place marked. */
export function SearchBox(props: { filter: string; error: unknown; onSearch: (filter: string) => void }) {
  const [typed, setTyped] = createSignal(props.filter);
  createEffect(
    on(
      () => props.filter,
      (filter) => setTyped(filter),
    ),
  );

  const refused = () => (props.error instanceof ApiError ? props.error : undefined);
  const place = () => {
    const error = refused();
    return error && !error.away ? placeOf(error.message, props.filter) : undefined;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    props.onSearch(typed().trim());
  };
  const clear = () => {
    setTyped("");
    props.onSearch("");
  };
  return (
    <form class="search" role="search" onSubmit={submit}>
      <div class="search-line">
        <Icon name="search" />
        <input
          type="search"
          class="mono"
          aria-label="Search runs by a filter"
          aria-invalid={refused() ? "true" : undefined}
          aria-describedby={props.error ? "search-error" : undefined}
          placeholder={EXAMPLE}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && clear()}
        />
        <button type="submit">Search</button>
      </div>
      <Show when={props.error}>
        <div class="search-error" id="search-error" role="alert">
          <Show when={place()}>
            {(at) => (
              <pre class="search-place" aria-hidden="true">
                {props.filter.slice(0, at().start)}
                <mark>{props.filter.slice(at().start, at().end) || " "}</mark>
                {props.filter.slice(at().end)}
              </pre>
            )}
          </Show>
          <p>
            <span class="message">
              {place()?.message ?? (props.error instanceof Error ? props.error.message : String(props.error))}
            </span>{" "}
            <Show when={refused() && !refused()?.away}>
              <Link href="/help#filters">How filters are written</Link>
            </Show>
          </p>
        </div>
      </Show>
    </form>
  );
}
