import type { Accessor, JSX } from "solid-js";

import { short, type WireNumber } from "../../format/number";
import { duration } from "../../format/time";
import { shortCommit, sourceName, tagOf, timeTaken, userOf } from "../../format/source";
import { Ago } from "../../parts/clock";
import { Link } from "../../parts/link";
import { StatusDot } from "../../parts/status";
import type { Row } from "./row";

/** A column of the runs table. */
export interface Column {
  title: string;
  /** In pixels: fixed, so that nothing moves when values change. */
  width: number;
  /** What to sort by, as in View; undefined where the server cannot. */
  sort?: string;
  number?: boolean;
  /** Called once for a cell: what changes later is read inside its JSX. */
  cell: (row: Accessor<Row>, now: Accessor<number>) => JSX.Element;
}

/** The run's name and status: the column that stays in sight. */
export const NAME: Column = {
  title: "Name",
  width: 236,
  sort: "attributes.run_name",
  cell: (row) => (
    <>
      <StatusDot info={row().run.info} />
      <Link href={`/runs/${row().run.info.run_id}`} title={row().run.info.run_name}>
        {row().run.info.run_name || row().run.info.run_id.slice(0, 8)}
      </Link>
    </>
  ),
};

/** What every run has. */
export const RUN_COLUMNS: Column[] = [
  {
    title: "Time",
    width: 84,
    sort: "attributes.start_time",
    cell: (row, now) => <Ago time={row().run.info.start_time} now={now()} />,
  },
  { title: "Duration", width: 82, cell: (row, now) => takenText(row(), now()) },
  {
    title: "User",
    width: 76,
    sort: "attributes.user_id",
    cell: (row) => <span title={userOf(row().run)}>{userOf(row().run)}</span>,
  },
  {
    title: "Source",
    width: 144,
    sort: "tags.mlflow.source.name",
    cell: (row) => <span title={tagOf(row().run, "mlflow.source.name")}>{sourceName(row().run)}</span>,
  },
  {
    title: "Version",
    width: 80,
    sort: "tags.mlflow.source.git.commit",
    cell: (row) => (
      <span class="mono" title={tagOf(row().run, "mlflow.source.git.commit")}>
        {shortCommit(row().run)}
      </span>
    ),
  },
];

/** The last value of a metric. */
export function metricColumn(name: string): Column {
  return {
    title: name,
    width: widthFor(name),
    sort: `metrics.${name}`,
    number: true,
    cell: (row) => <span title={String(row().metrics.get(name) ?? "")}>{shortOrNothing(row().metrics.get(name))}</span>,
  };
}

/** A param. */
export function paramColumn(name: string): Column {
  return {
    title: name,
    width: widthFor(name),
    sort: `params.${name}`,
    cell: (row) => <span title={row().params.get(name)}>{row().params.get(name)}</span>,
  };
}

/** Room for most of the name and an arrow; values get the same, for they come and go. */
function widthFor(name: string): number {
  return Math.min(180, Math.max(84, name.length * 7.4 + 34));
}

function shortOrNothing(value: WireNumber | undefined): string {
  return value === undefined ? "" : short(value);
}

function takenText(row: Row, now: number): string {
  const taken = timeTaken(row.run.info, now);
  return taken === undefined ? "" : duration(taken);
}
