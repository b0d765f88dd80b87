import { createResource } from "solid-js";

import { send } from "../../api/send";
import { Teach } from "../../parts/teach";

const FILTERS: [string, string][] = [
  ["metrics.loss < 0.1", "the last value of a metric"],
  ["params.model = 'tree'", "a parameter; its value is always text, in quotes"],
  ["params.model LIKE '%tree%'", "a part of a text; ILIKE does not mind upper and lower case"],
  ["tags.stage IS NULL", "a tag or parameter that a run does not have"],
  ["attributes.status = 'FAILED'", "also run_name, run_id, user_id, artifact_uri"],
  ["start_time > 1700000000000", "milliseconds since 1970; also end_time"],
  ["metrics.`val/loss` < 1 AND params.depth = '5'", "several at once; names with special characters in backticks"],
];

/** The guide that comes with the page. */
export function HelpPage() {
  const [server] = createResource(() => send("GetServerInfo", {}));
  document.title = "Docs · Penstock";
  return (
    <article class="plain-page prose">
      <h1>Docs</h1>
      <p class="quiet">{server.error || !server() ? "\u00a0" : `${server()?.name} ${server()?.version}`}</p>
      <h2 id="start">Send a run here</h2>
      <p>
        Install the client with <code>pip install penstock</code>, then run this. The published MLflow clients work too:
        point them at <code>{location.origin}</code>.
      </p>
      <Teach experiment="first steps" />
      <h2 id="filters">Search for runs</h2>
      <p>
        The search box takes conditions joined by AND. The same filters work in scripts, in{" "}
        <code>penstock.search_runs</code>.
      </p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Condition</th>
            <th scope="col">What it asks for</th>
          </tr>
        </thead>
        <tbody>
          {FILTERS.map(([filter, meaning]) => (
            <tr>
              <td>
                <code>{filter}</code>
              </td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2 id="rest">Use the REST API</h2>
      <p>
        Everything on this page comes from the REST API under <code>{location.origin}/api/2.0/mlflow/</code>, which is
        MLflow's. To look up a run:
      </p>
      <pre>
        <code>{`curl '${location.origin}/api/2.0/mlflow/runs/get?run_id=RUN_ID'`}</code>
      </pre>
      <h2 id="keys">Keys</h2>
      <p>
        <kbd>/</kbd> goes to the search box, <kbd>Esc</kbd> empties it, <kbd>?</kbd> shows all keys.
      </p>
    </article>
  );
}
