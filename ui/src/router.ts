import { createSignal } from "solid-js";

/** What an address shows. */
export type Route =
  | { page: "home" }
  | { page: "runs"; experimentId: string }
  | { page: "run"; runId: string }
  | { page: "help" }
  | { page: "missing" };

/** The address that means the same without a hash: MLflow's pages are all behind `#/`, and links to them live on. */
export function unhashed(hash: string): string | undefined {
  const run = /^#\/experiments\/[^/?]+\/runs\/([\w-]+)/.exec(hash) ?? /^#\/runs\/([\w-]+)/.exec(hash);
  if (run) return `/runs/${run[1]}`;
  const experiment = /^#\/experiments\/(\d+)/.exec(hash);
  if (experiment) return `/experiments/${experiment[1]}`;
  return hash === "#/" || hash === "#/experiments" ? "/" : undefined;
}

/** What to show at a path. */
export function routeOf(path: string): Route {
  if (path === "/" || path === "/experiments") return { page: "home" };
  if (path === "/help") return { page: "help" };
  const experiment = /^\/experiments\/(\d+)\/?$/.exec(path);
  if (experiment?.[1]) return { page: "runs", experimentId: experiment[1] };
  const run = /^(?:\/experiments\/\d+)?\/runs\/([\w-]+)\/?$/.exec(path);
  if (run?.[1]) return { page: "run", runId: run[1] };
  return { page: "missing" };
}

/** Where the reader is, as signals, and the two ways to go elsewhere. */
export function createRouter() {
  const [path, setPath] = createSignal(location.pathname);
  const [query, setQuery] = createSignal(new URLSearchParams(location.search), { equals: false });

  const look = () => {
    const plain = unhashed(location.hash);
    if (plain) history.replaceState(null, "", plain);
    setPath(location.pathname);
    setQuery(new URLSearchParams(location.search));
  };
  addEventListener("popstate", look);
  addEventListener("hashchange", look);
  look();

  /** Show an address; `replace` leaves no step to go back to. */
  const go = (address: string, { replace = false } = {}) => {
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    look();
    if (!replace) scrollTo(0, 0);
  };

  /** Change parts of the query string, in place; undefined takes a part out. */
  const ask = (changes: Record<string, string | undefined>) => {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) next.delete(name);
      else next.set(name, value);
    }
    const text = next.toString();
    go(location.pathname + (text && `?${text}`), { replace: true });
  };

  return { route: () => routeOf(path()), path, query, go, ask };
}

export type Router = ReturnType<typeof createRouter>;
