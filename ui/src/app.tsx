import { createEffect, createSignal, Match, on, Switch } from "solid-js";

import { useApp } from "./app-context";
import { Header } from "./parts/header";
import { Keys } from "./parts/keys";
import { Link } from "./parts/link";
import { Home } from "./pages/experiments/home";
import { Sidebar } from "./pages/experiments/sidebar";
import { createExperiments } from "./pages/experiments/list";
import { HelpPage } from "./pages/help/page";
import { RunPage } from "./pages/run/page";
import { RunsPage } from "./pages/runs/page";

/** The frame: header, experiments at the side, and what the address names. */
export function App() {
  const { router } = useApp();
  const [menuOpen, setMenuOpen] = createSignal(false);
  const experiments = createExperiments();
  // On a narrow screen the list lies over the page: going somewhere else, or back, closes it.
  createEffect(on(router.path, () => setMenuOpen(false)));

  const experimentId = () => {
    const route = router.route();
    return route.page === "runs" && route.experimentId;
  };
  const runId = () => {
    const route = router.route();
    return route.page === "run" && route.runId;
  };

  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header menuOpen={menuOpen()} onMenu={() => setMenuOpen(!menuOpen())} />
      <div class="frame" classList={{ "menu-open": menuOpen() }}>
        <Sidebar experiments={experiments} onGo={() => setMenuOpen(false)} />
        <div class="scrim" onClick={() => setMenuOpen(false)} />
        <main id="main" tabIndex={-1}>
          <Switch fallback={<Missing />}>
            <Match when={router.route().page === "home"}>
              <Home experiments={experiments} />
            </Match>
            <Match when={experimentId()} keyed>
              {(id) => <RunsPage experimentId={id} />}
            </Match>
            <Match when={runId()} keyed>
              {(id) => <RunPage runId={id} />}
            </Match>
            <Match when={router.route().page === "help"}>
              <HelpPage />
            </Match>
          </Switch>
        </main>
      </div>
      <Keys />
    </>
  );
}

function Missing() {
  return (
    <section class="plain-page">
      <h1>Nothing is here</h1>
      <p>
        No page has this address. <Link href="/">Go to the experiments</Link>.
      </p>
    </section>
  );
}
