import { createMemo, createResource, createSignal, For, Match, onCleanup, Show, Switch } from "solid-js";

import { ask, queryOf } from "../../api/send";
import { bytes, count } from "../../format/number";
import { ErrorNote } from "../../parts/error-note";
import { Icon } from "../../parts/icon";
import { tableOfCsv } from "./csv";
import { kindOf, pretty, tableOfJson, type Table } from "./kind";

// More is downloaded, not read on a page.
const TEXT_LIMIT = 1_000_000;
const ROW_LIMIT = 500;

/** A file as the page can show it, and the way to have it whole. */
export function Preview(props: { runId: string; path: string; size: number | undefined }) {
  const address = () => `/get-artifact${queryOf({ run_id: props.runId, path: props.path })}`;
  const kind = () => kindOf(props.path);
  return (
    <figure class="preview">
      <figcaption>
        <span class="path" title={props.path}>
          {props.path}
        </span>
        <span class="quiet">{props.size === undefined ? "" : bytes(props.size)}</span>
        <a class="button" href={address()} download={props.path.split("/").pop()}>
          <Icon name="download" /> Download
        </a>
      </figcaption>
      <Switch fallback={<TextPreview address={address()} path={props.path} />}>
        <Match when={kind() === "image"}>
          <Picture address={address()} alt={props.path} />
        </Match>
        <Match when={kind() === "svg"}>
          <DrawingPreview address={address()} alt={props.path} />
        </Match>
        <Match when={kind() === "other"}>
          <p class="quiet">This kind of file has no preview.</p>
        </Match>
      </Switch>
    </figure>
  );
}

function Picture(props: { address: string; alt: string }) {
  const [broken, setBroken] = createSignal(false);
  return (
    <Show
      when={!broken()}
      fallback={<p class="quiet">This picture cannot be shown: it is not there, or not a picture.</p>}
    >
      <img src={props.address} alt={props.alt} onError={() => setBroken(true)} />
    </Show>
  );
}

/** A drawing goes through a blob, for the server calls no file but a picture a picture; as an image it can run nothing. */
function DrawingPreview(props: { address: string; alt: string }) {
  const [url] = createResource(
    () => props.address,
    async (address) => URL.createObjectURL(new Blob([await (await ask(address)).blob()], { type: "image/svg+xml" })),
  );
  onCleanup(() => url.latest && URL.revokeObjectURL(url.latest));
  return (
    <Show when={!url.error} fallback={<ErrorNote error={url.error} />}>
      <Show when={url()}>{(source) => <Picture address={source()} alt={props.alt} />}</Show>
    </Show>
  );
}

function TextPreview(props: { address: string; path: string }) {
  const [text] = createResource(() => props.address, readStart);
  const table = createMemo(() => {
    if (text.error) return undefined;
    const found = text();
    return found && tableOf(props.path, found.text);
  });
  return (
    <Show when={!text.error} fallback={<ErrorNote error={text.error} />}>
      <Show when={text()}>
        {(found) => (
          <>
            <Show when={found().cut}>
              <p class="quiet">Only the first {bytes(TEXT_LIMIT)} are shown.</p>
            </Show>
            <Show
              when={table()}
              fallback={<pre class="text">{kindOf(props.path) === "json" ? pretty(found().text) : found().text}</pre>}
            >
              {(rows) => <TablePreview table={rows()} />}
            </Show>
          </>
        )}
      </Show>
    </Show>
  );
}

function TablePreview(props: { table: Table }) {
  return (
    <div class="sheet-scroller" tabIndex={0} role="region" aria-label="Table">
      <table class="plain cells">
        <thead>
          <tr>
            <For each={props.table.columns}>{(name) => <th scope="col">{name}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.table.rows.slice(0, ROW_LIMIT)}>
            {(row) => (
              <tr>
                <For each={row}>{(cell) => <td>{cell}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={props.table.rows.length >= ROW_LIMIT}>
        <p class="quiet">The first {count(ROW_LIMIT)} rows; download the file for the others.</p>
      </Show>
    </div>
  );
}

function tableOf(path: string, text: string): Table | undefined {
  if (kindOf(path) === "json") return tableOfJson(text);
  if (kindOf(path) !== "csv") return undefined;
  return tableOfCsv(text, path.toLowerCase().endsWith(".tsv") ? "\t" : ",", ROW_LIMIT);
}

/** The start of a file as text, without fetching the rest of a long one. */
async function readStart(address: string): Promise<{ text: string; cut: boolean }> {
  const reader = (await ask(address)).body?.getReader();
  if (!reader) return { text: "", cut: false };
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), cut: false };
    size += value.byteLength;
    text += decoder.decode(value, { stream: true });
    if (size >= TEXT_LIMIT) {
      await reader.cancel();
      return { text: text.slice(0, TEXT_LIMIT), cut: true };
    }
  }
}
