import { createSignal } from "solid-js";

import { Icon } from "./icon";

/** A button that puts a text on the clipboard. */
export function Copy(props: { text: string; what: string }) {
  const [done, setDone] = createSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  const label = () => (done() ? "Copied" : `Copy ${props.what}`);
  return (
    <button
      type="button"
      class="icon-button"
      classList={{ done: done() }}
      aria-label={label()}
      title={label()}
      onClick={copy}
    >
      <Icon name={done() ? "check" : "copy"} />
    </button>
  );
}
