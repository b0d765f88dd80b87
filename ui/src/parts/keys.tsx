import { onCleanup, onMount } from "solid-js";

const KEYS: [string, string][] = [
  ["/", "Go to the search box"],
  ["Esc", "Empty the search box, or close what is open"],
  ["Enter", "Search"],
  ["?", "Show these keys"],
];

/** The keys that work everywhere, and the sheet that tells them. */
export function Keys() {
  let sheet!: HTMLDialogElement;

  const press = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") {
      sheet.showModal();
    } else if (event.key === "/") {
      const box = document.querySelector<HTMLInputElement>("main input[type=search]");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
    }
  };
  onMount(() => addEventListener("keydown", press));
  onCleanup(() => removeEventListener("keydown", press));

  return (
    <dialog
      ref={sheet}
      class="sheet"
      aria-labelledby="keys-title"
      onClick={(event) => event.target === sheet && sheet.close()}
    >
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, meaning]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
