import { Show, type JSX } from "solid-js";

import type { Experiment, Run } from "../../api/types";
import { duration } from "../../format/time";
import { shortCommit, sourceName, tagOf, timeTaken, userOf } from "../../format/source";
import { Ago, createNow } from "../../parts/clock";
import { Copy } from "../../parts/copy";
import { Link } from "../../parts/link";
import { StatusDot, statusWord } from "../../parts/status";

/** Who ran what, when, and how it went. */
export function RunHead(props: { run: Run; experiment: Experiment | undefined }) {
  const now = createNow(1000);
  const info = () => props.run.info;
  const taken = () => timeTaken(info(), now());
  return (
    <header class="page-head">
      <nav class="crumbs" aria-label="Breadcrumb">
        <Link href={`/experiments/${info().experiment_id}`}>
          {props.experiment?.name ?? `Experiment ${info().experiment_id}`}
        </Link>
      </nav>
      <h1>
        {info().run_name || info().run_id}
        <Show when={info().lifecycle_stage === "deleted"}>
          <span class="in-bin">in the bin</span>
        </Show>
      </h1>
      <dl class="facts">
        <Fact name="Status">
          <StatusDot info={info()} /> {statusWord(info().status)}
        </Fact>
        <Fact name="Started">
          <Ago time={info().start_time} now={now()} />
        </Fact>
        <Fact name="Duration">{taken() === undefined ? "–" : duration(taken() ?? 0)}</Fact>
        <Fact name="User">{userOf(props.run) || "–"}</Fact>
        <Fact name="Source">
          <span title={tagOf(props.run, "mlflow.source.name")}>{sourceName(props.run) || "–"}</span>
        </Fact>
        <Fact name="Version">
          <span class="mono" title={tagOf(props.run, "mlflow.source.git.commit")}>
            {shortCommit(props.run) || "–"}
          </span>
        </Fact>
        <Fact name="Run ID" wide>
          <span class="mono path">{info().run_id}</span>
          <Copy text={info().run_id} what="run ID" />
        </Fact>
      </dl>
    </header>
  );
}

function Fact(props: { name: string; wide?: boolean; children: JSX.Element }) {
  return (
    <div classList={{ wide: Boolean(props.wide) }}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
