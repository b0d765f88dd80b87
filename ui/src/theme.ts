import { createSignal } from "solid-js";

export type Shade = "light" | "dark";

const KEY = "penstock.theme";

/** Light or dark: as the system is set, until the reader chooses. theme-first.js reads the choice before the first paint. */
export function createTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const now = (): Shade => (document.documentElement.dataset["theme"] as Shade) ?? (system.matches ? "dark" : "light");
  const [shade, setShade] = createSignal<Shade>(now());
  system.addEventListener("change", () => setShade(now()));

  const toggle = () => {
    const next: Shade = shade() === "dark" ? "light" : "dark";
    const asSystem = (next === "dark") === system.matches;
    if (asSystem) {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem(KEY, next);
      document.documentElement.dataset["theme"] = next;
    }
    setShade(next);
  };

  return { shade, toggle };
}

export type Theme = ReturnType<typeof createTheme>;
