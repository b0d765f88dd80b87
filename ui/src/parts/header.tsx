import { Show } from "solid-js";

import { useApp } from "../app-context";
import { DOCS, SOURCE } from "../links";
import { Icon, Mark } from "./icon";
import { Link } from "./link";

const LIVENESS = {
  live: ["Live", "Changes show as they happen"],
  polling: [
    "Every 3 s",
    "Something between here and the server holds the live stream back, so the page asks every 3 seconds",
  ],
  away: ["Connecting", "Connecting to the server's live stream"],
} as const;

/** The bar at the top: mark, liveness, links, theme. */
export function Header(props: { onMenu: () => void; menuOpen: boolean }) {
  const { theme, changes } = useApp();
  const themeLabel = () => (theme.shade() === "dark" ? "Use the light theme" : "Use the dark theme");
  return (
    <header class="top">
      <button
        type="button"
        class="icon-button menu-button"
        aria-label="Experiments"
        aria-expanded={props.menuOpen}
        onClick={() => props.onMenu()}
      >
        <Icon name="menu" />
      </button>
      <Link href="/" class="brand">
        <Mark />
        <span>Penstock</span>
      </Link>
      <span class={`liveness ${changes.liveness()}`} role="status" title={LIVENESS[changes.liveness()][1]}>
        {LIVENESS[changes.liveness()][0]}
      </span>
      <nav class="top-links" aria-label="About Penstock">
        <Link href={DOCS}>Docs</Link>
        <Show when={SOURCE}>
          <a href={SOURCE} rel="noreferrer">
            Source
          </a>
        </Show>
      </nav>
      <button type="button" class="icon-button" aria-label={themeLabel()} title={themeLabel()} onClick={theme.toggle}>
        <Icon name={theme.shade() === "dark" ? "sun" : "moon"} />
      </button>
    </header>
  );
}
