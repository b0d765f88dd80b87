import { createSignal } from "solid-js";
import { render } from "solid-js/web";

import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/runs.css";
import "./styles/run.css";
import "./styles/chart.css";

import { Changes } from "./api/changes";
import { App } from "./app";
import { Context, type AppContext } from "./app-context";
import { createRouter } from "./router";
import { createTheme } from "./theme";

const context: AppContext = {
  router: createRouter(),
  changes: new Changes(),
  theme: createTheme(),
  here: createSignal<string>(),
};
context.changes.start();
render(
  () => (
    <Context.Provider value={context}>
      <App />
    </Context.Provider>
  ),
  document.body,
);
