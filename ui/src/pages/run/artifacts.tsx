import { createResource, createSignal, For, Show } from "solid-js";

import { send } from "../../api/send";
import type { FileInfo, Run } from "../../api/types";
import { useApp } from "../../app-context";
import { bytes } from "../../format/number";
import { ErrorNote } from "../../parts/error-note";
import { Icon } from "../../parts/icon";
import { Preview } from "./preview";

/** The files of a run as a tree, and the chosen one beside it. The choice stands in the address. */
export function ArtifactsPanel(props: { run: Run; version: number }) {
  const { router } = useApp();
  const chosen = () => router.query().get("path") ?? "";
  const [picked, setPicked] = createSignal<FileInfo>();
  const pick = (file: FileInfo) => {
    setPicked(file);
    router.ask({ tab: "artifacts", path: file.path });
  };
  const size = () => (picked()?.path === chosen() ? picked()?.file_size : undefined);
  return (
    <div class="artifacts">
      <div class="tree" role="tree" aria-label="Artifacts">
        <Folder run={props.run} path="" version={props.version} chosen={chosen()} onPick={pick} />
      </div>
      <Show when={chosen()} keyed fallback={<p class="nothing quiet">Choose a file to see it here.</p>}>
        {(path) => <Preview runId={props.run.info.run_id} path={path} size={size()} />}
      </Show>
    </div>
  );
}

interface FolderProps {
  run: Run;
  path: string;
  version: number;
  chosen: string;
  onPick: (file: FileInfo) => void;
}

function Folder(props: FolderProps) {
  // Asked again whenever the run has changed, for a file may have come.
  const [files] = createResource(
    () => [props.path, props.version] as const,
    ([path]) => listAll(props.run.info.run_id, path),
  );
  return (
    <Show when={!files.error} fallback={<ErrorNote error={files.error} />}>
      <ul role="group">
        <For each={files.latest ?? []}>{(file) => <Entry {...props} file={file} />}</For>
      </ul>
      <Show when={files.latest?.length === 0 && props.path === ""}>
        <p class="quiet">No files yet. A script adds one so:</p>
        <pre>
          <code>penstock.log_artifact("plot.png")</code>
        </pre>
      </Show>
    </Show>
  );
}

function Entry(props: FolderProps & { file: FileInfo }) {
  const name = () => props.file.path.split("/").pop() ?? "";
  // A link to a file opens the folders on the way to it.
  const [open, setOpen] = createSignal(props.chosen.startsWith(`${props.file.path}/`));
  return (
    <li role="none">
      <Show
        when={props.file.is_dir}
        fallback={
          <button
            type="button"
            role="treeitem"
            class="entry"
            aria-selected={props.chosen === props.file.path}
            onClick={() => props.onPick(props.file)}
          >
            <Icon name="file" />
            <span class="name">{name()}</span>
            <span class="quiet">{props.file.file_size === undefined ? "" : bytes(props.file.file_size)}</span>
          </button>
        }
      >
        <button
          type="button"
          role="treeitem"
          class="entry folder"
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <Icon name="arrow" />
          <span class="name">{name()}</span>
        </button>
        <Show when={open()}>
          <Folder {...props} path={props.file.path} />
        </Show>
      </Show>
    </li>
  );
}

async function listAll(runId: string, path: string): Promise<FileInfo[]> {
  const all: FileInfo[] = [];
  let token = "";
  do {
    const page = await send("ListArtifacts", { run_id: runId, path, ...(token && { page_token: token }) });
    all.push(...(page.files ?? []));
    token = page.next_page_token ?? "";
  } while (token);
  return all;
}
