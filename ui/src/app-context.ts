import { createContext, useContext, type Signal } from "solid-js";

import type { Changes } from "./api/changes";
import type { Router } from "./router";
import type { Theme } from "./theme";

/** What every part of the page may need: made once, in main.tsx. */
export interface AppContext {
  router: Router;
  changes: Changes;
  theme: Theme;
  /** The experiment that is shown, or whose run is: the list at the side marks it. */
  here: Signal<string | undefined>;
}

export const Context = createContext<AppContext>();

/** The page's router, news and theme. */
export function useApp(): AppContext {
  const context = useContext(Context);
  if (!context) throw new Error("useApp is called outside of App");
  return context;
}
