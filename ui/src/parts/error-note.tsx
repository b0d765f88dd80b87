import { Show } from "solid-js";

import { ApiError } from "../api/send";

/** What went wrong and what to do now. */
export function ErrorNote(props: { error: unknown; onRetry?: () => void }) {
  const message = () => (props.error instanceof Error ? props.error.message : String(props.error));
  const away = () => props.error instanceof ApiError && props.error.away;
  return (
    <div class="error-note" role="alert">
      <p>{message()}</p>
      <Show when={away()}>
        <p class="quiet">
          Start it with <code>penstock server</code>, or <code>penstock ui</code> for a folder; this page goes on by
          itself.
        </p>
      </Show>
      <Show when={props.onRetry}>
        {(retry) => (
          <button type="button" onClick={() => retry()()}>
            Try again
          </button>
        )}
      </Show>
    </div>
  );
}
