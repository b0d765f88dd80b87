// Made by `python -m penstock.operations.typescript`; do not edit.
// Int64 fields are numbers here: exact up to 2**53, which no step or millisecond reaches.

/** What is in one directory of a run's artifacts; paths are relative to the run's root. */
export interface ArtifactPage {
  root_uri?: string;
  files?: FileInfo[];
  next_page_token?: string;
}

/** A point in a batch. `value` and `timestamp` must be given. */
export interface BatchMetric {
  key: string;
  value: number | null;
  timestamp: number | null;
  step: number;
}

/** A notice on the live stream: these runs or experiments are not what they were. Ask again for what you show. */
export interface Change {
  revision: number;
  run_ids?: string[];
  experiment_ids?: string[];
}

/** The names of metrics, params and tags that the runs of some experiments have, sorted. */
export interface ColumnNames {
  metrics?: string[];
  params?: string[];
  tags?: string[];
}

/** One change, written in the transaction that made it. */
export interface Event {
  event_id: number;
  time: number;
  kind: string;
  subject: string;
  user_id?: string;
  detail?: { [key: string]: string };
}

/** Events in order. */
export interface EventPage {
  events?: Event[];
}

/** A named group of runs. Times are milliseconds since 1970 (UTC). */
export interface Experiment {
  experiment_id: string;
  name: string;
  artifact_location?: string;
  lifecycle_stage?: string;
  last_update_time?: number;
  creation_time?: number;
  tags?: ExperimentTag[];
}

/** The id of the new experiment. */
export interface ExperimentCreated {
  experiment_id: string;
}

/** The experiment that was asked for. */
export interface ExperimentFound {
  experiment: Experiment;
}

/** Some of the matching experiments, and a token for the next ones. */
export interface ExperimentPage {
  experiments?: Experiment[];
  next_page_token?: string;
}

/** A note on an experiment. */
export interface ExperimentTag {
  key: string;
  value: string;
}

/** Where a series was least or greatest. */
export interface Extreme {
  value: number | "NaN";
  step: number;
}

/** One file or directory. `path` is relative to the run's root; `file_size` is in bytes, unset for directories. */
export interface FileInfo {
  path: string;
  is_dir: boolean;
  file_size?: number;
}

/** The matching logged models: none, `{}` on the wire. */
export interface LoggedModelPage {}

/** One point of a metric. */
export interface Metric {
  key: string;
  value: number | "NaN";
  timestamp: number;
  step: number;
  run_id?: string;
  model_id?: string;
  dataset_name?: string;
  dataset_digest?: string;
}

/** Some of the points of a metric, and a token for the next ones. */
export interface MetricPage {
  metrics?: Metric[];
  next_page_token?: string;
}

/** The result of an operation that has none: `{}` on the wire. */
export interface Nothing {}

/** One input of a run; its value is text. */
export interface Param {
  key: string;
  value: string;
}

/** What became of a batch: the writer's next sequence number, and what was refused. */
export interface RecordsAppended {
  next_seq: number;
  experiment_id?: string;
  refused?: string[];
}

/** One run, whole. */
export interface Run {
  info: RunInfo;
  data: RunData;
  inputs: RunInputs;
}

/** How many runs match. */
export interface RunCount {
  count: number;
}

/** What a run said: the last point of each metric, its params and its tags. */
export interface RunData {
  metrics?: Metric[];
  params?: Param[];
  tags?: RunTag[];
}

/** The run that was asked for or made. */
export interface RunFound {
  run: Run;
}

/** Who ran what, when, and where its files are. Times are milliseconds since 1970 (UTC); 0 means not yet. */
export interface RunInfo {
  run_id: string;
  run_uuid: string;
  experiment_id: string;
  run_name?: string;
  user_id?: string;
  status?: string;
  start_time?: number;
  end_time?: number;
  artifact_uri?: string;
  lifecycle_stage?: string;
}

/** The head of the run as it is now. */
export interface RunInfoFound {
  run_info: RunInfo;
}

/** What went into a run (datasets and models: always empty for now). */
export interface RunInputs {}

/** Some of the matching runs, and a token for the next ones. */
export interface RunPage {
  runs?: Run[];
  next_page_token?: string;
}

/** A note on a run: a name and a text, changed at will. */
export interface RunTag {
  key: string;
  value: string;
}

/** What is known of a (run, metric) series without reading its points. */
export interface SeriesSummary {
  key: string;
  count: number;
  first: Metric;
  last: Metric;
  least?: Extreme | null;
  greatest?: Extreme | null;
}

/** Who is answering. */
export interface ServerInfo {
  name: string;
  version: string;
  serves_artifacts: boolean;
}

/** The series of a run, by key. */
export interface SummaryPage {
  series?: SeriesSummary[];
}

/** A curve for a chart: points in order of step, as columns. */
export interface Window {
  run_id: string;
  metric_key: string;
  exact: boolean;
  steps: number[];
  timestamps: number[];
  values: (number | null)[];
}

/** One window for each run that has the metric. */
export interface WindowPage {
  windows: Window[];
}

/** Make an experiment; its name must be free, also among deleted ones. */
export interface CreateExperiment {
  name: string;
  artifact_location?: string;
  tags?: ExperimentTag[];
}

/** Look an experiment up by id, deleted ones too. */
export interface GetExperiment {
  experiment_id: string;
}

/** Look an experiment up by name, deleted ones too. */
export interface GetExperimentByName {
  experiment_name: string;
}

/** Find experiments by a filter (surface, 2.6). */
export interface SearchExperiments {
  max_results?: number;
  page_token?: string;
  filter?: string;
  order_by?: string[];
  view_type?: string;
}

/** Rename an experiment. */
export interface UpdateExperiment {
  experiment_id: string;
  new_name: string;
}

/** Put an experiment and its runs into the bin. */
export interface DeleteExperiment {
  experiment_id: string;
}

/** Take an experiment and its runs out of the bin. */
export interface RestoreExperiment {
  experiment_id: string;
}

/** Set a tag of an active experiment, over what was there. */
export interface SetExperimentTag {
  experiment_id: string;
  key: string;
  value?: string;
}

/** Take a tag off an experiment; one that is not there is an error. */
export interface DeleteExperimentTag {
  experiment_id: string;
  key: string;
}

/** Start a run; its id is minted here. Times are milliseconds since 1970 (UTC). */
export interface CreateRun {
  experiment_id?: string;
  user_id?: string;
  run_name?: string;
  start_time?: number;
  tags?: RunTag[];
}

/** Look a run up, deleted ones too. */
export interface GetRun {
  run_id: string;
}

/** Change the status, end time or name of an active run; an empty name changes nothing. */
export interface UpdateRun {
  run_id: string;
  status?: string;
  end_time?: number;
  run_name?: string;
}

/** Put a run into the bin. */
export interface DeleteRun {
  run_id: string;
}

/** Take a run out of the bin. */
export interface RestoreRun {
  run_id: string;
}

/** Find runs by a filter (surface, 2.6), in the experiments named. */
export interface SearchRuns {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Log one point of a metric. `value` and `timestamp` must be given. */
export interface LogMetric {
  run_id: string;
  key: string;
  value: number | null;
  timestamp: number | null;
  step?: number;
  model_id?: string;
  dataset_name?: string;
  dataset_digest?: string;
}

/** Log one param; the same value again changes nothing, another is refused. */
export interface LogParam {
  run_id: string;
  key: string;
  value?: string;
}

/** Set a tag of a run, over what was there. */
export interface SetTag {
  run_id: string;
  key: string;
  value?: string;
}

/** Take a tag off a run; one that is not there is an error. */
export interface DeleteTag {
  run_id: string;
  key: string;
}

/** Log points, params and tags: all of them, or, if one is refused, none. */
export interface LogBatch {
  run_id: string;
  metrics?: BatchMetric[];
  params?: Param[];
  tags?: RunTag[];
}

/** The points of a metric by timestamp, step and value; all of them when `max_results` is not given. */
export interface GetMetricHistory {
  run_id: string;
  metric_key: string;
  page_token?: string;
  max_results?: number | null;
}

/** What is in a directory of a run's artifacts, by path. */
export interface ListArtifacts {
  run_id: string;
  path?: string;
  page_token?: string;
}

/** Find logged models. MLflow 3 clients ask for a run's models whenever they list a folder of its artifacts. */
export interface SearchLoggedModels {
  experiment_ids?: string[];
}

/** Add to a run what a journal holds. */
export interface AppendRecords {
  run_id: string;
  writer: string;
  first_seq?: number;
  records?: ([kind: "run", start_time: number, experiment_id?: string, experiment_name?: string, run_name?: string, user_id?: string, tags?: { [key: string]: string }, resumed?: boolean] | [kind: "m", key: string, value: number, timestamp: number, step?: number] | [kind: "p", key: string, value: string] | [kind: "t", key: string, value: string] | [kind: "td", key: string] | [kind: "a", path: string, size: number, sha256: string] | [kind: "s", status: string, end_time?: number])[];
}

/** Curves of one metric for up to 100 runs, drawn with about `max_points` points each. */
export interface GetMetricWindow {
  run_ids: string[];
  metric_key: string;
  max_points?: number;
  start_step?: number | null;
  end_step?: number | null;
}

/** Count, first, last, least and greatest of each metric of a run. */
export interface GetSeriesSummaries {
  run_id: string;
}

/** What changed after the event `after`, in order. */
export interface ListEvents {
  after?: number;
  max_results?: number;
}

/** Which columns a table of these experiments' runs can show. */
export interface ListColumns {
  experiment_ids?: string[];
}

/** How many runs a search matches, without fetching them. */
export interface CountRuns {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string;
}

/** Which server this is: how a client tells Penstock from another. */
export interface GetServerInfo {}

/** The request and result of each operation. */
export interface Operations {
  CreateExperiment: { request: CreateExperiment; result: ExperimentCreated };
  GetExperiment: { request: GetExperiment; result: ExperimentFound };
  GetExperimentByName: { request: GetExperimentByName; result: ExperimentFound };
  SearchExperiments: { request: SearchExperiments; result: ExperimentPage };
  UpdateExperiment: { request: UpdateExperiment; result: Nothing };
  DeleteExperiment: { request: DeleteExperiment; result: Nothing };
  RestoreExperiment: { request: RestoreExperiment; result: Nothing };
  SetExperimentTag: { request: SetExperimentTag; result: Nothing };
  DeleteExperimentTag: { request: DeleteExperimentTag; result: Nothing };
  CreateRun: { request: CreateRun; result: RunFound };
  GetRun: { request: GetRun; result: RunFound };
  UpdateRun: { request: UpdateRun; result: RunInfoFound };
  DeleteRun: { request: DeleteRun; result: Nothing };
  RestoreRun: { request: RestoreRun; result: Nothing };
  SearchRuns: { request: SearchRuns; result: RunPage };
  LogMetric: { request: LogMetric; result: Nothing };
  LogParam: { request: LogParam; result: Nothing };
  SetTag: { request: SetTag; result: Nothing };
  DeleteTag: { request: DeleteTag; result: Nothing };
  LogBatch: { request: LogBatch; result: Nothing };
  GetMetricHistory: { request: GetMetricHistory; result: MetricPage };
  ListArtifacts: { request: ListArtifacts; result: ArtifactPage };
  SearchLoggedModels: { request: SearchLoggedModels; result: LoggedModelPage };
  AppendRecords: { request: AppendRecords; result: RecordsAppended };
  GetMetricWindow: { request: GetMetricWindow; result: WindowPage };
  GetSeriesSummaries: { request: GetSeriesSummaries; result: SummaryPage };
  ListEvents: { request: ListEvents; result: EventPage };
  ListColumns: { request: ListColumns; result: ColumnNames };
  CountRuns: { request: CountRuns; result: RunCount };
  GetServerInfo: { request: GetServerInfo; result: ServerInfo };
}

/** How each operation travels. */
export const ROUTES: { [N in keyof Operations]: { method: "GET" | "POST"; path: string } } = {
  CreateExperiment: { method: "POST", path: "/api/2.0/mlflow/experiments/create" },
  GetExperiment: { method: "GET", path: "/api/2.0/mlflow/experiments/get" },
  GetExperimentByName: { method: "GET", path: "/api/2.0/mlflow/experiments/get-by-name" },
  SearchExperiments: { method: "POST", path: "/api/2.0/mlflow/experiments/search" },
  UpdateExperiment: { method: "POST", path: "/api/2.0/mlflow/experiments/update" },
  DeleteExperiment: { method: "POST", path: "/api/2.0/mlflow/experiments/delete" },
  RestoreExperiment: { method: "POST", path: "/api/2.0/mlflow/experiments/restore" },
  SetExperimentTag: { method: "POST", path: "/api/2.0/mlflow/experiments/set-experiment-tag" },
  DeleteExperimentTag: { method: "POST", path: "/api/2.0/mlflow/experiments/delete-experiment-tag" },
  CreateRun: { method: "POST", path: "/api/2.0/mlflow/runs/create" },
  GetRun: { method: "GET", path: "/api/2.0/mlflow/runs/get" },
  UpdateRun: { method: "POST", path: "/api/2.0/mlflow/runs/update" },
  DeleteRun: { method: "POST", path: "/api/2.0/mlflow/runs/delete" },
  RestoreRun: { method: "POST", path: "/api/2.0/mlflow/runs/restore" },
  SearchRuns: { method: "POST", path: "/api/2.0/mlflow/runs/search" },
  LogMetric: { method: "POST", path: "/api/2.0/mlflow/runs/log-metric" },
  LogParam: { method: "POST", path: "/api/2.0/mlflow/runs/log-parameter" },
  SetTag: { method: "POST", path: "/api/2.0/mlflow/runs/set-tag" },
  DeleteTag: { method: "POST", path: "/api/2.0/mlflow/runs/delete-tag" },
  LogBatch: { method: "POST", path: "/api/2.0/mlflow/runs/log-batch" },
  GetMetricHistory: { method: "GET", path: "/api/2.0/mlflow/metrics/get-history" },
  ListArtifacts: { method: "GET", path: "/api/2.0/mlflow/artifacts/list" },
  SearchLoggedModels: { method: "POST", path: "/api/2.0/mlflow/logged-models/search" },
  AppendRecords: { method: "POST", path: "/api/penstock/v1/records/append" },
  GetMetricWindow: { method: "GET", path: "/api/penstock/v1/metrics/window" },
  GetSeriesSummaries: { method: "GET", path: "/api/penstock/v1/metrics/summaries" },
  ListEvents: { method: "GET", path: "/api/penstock/v1/events/list" },
  ListColumns: { method: "GET", path: "/api/penstock/v1/runs/columns" },
  CountRuns: { method: "POST", path: "/api/penstock/v1/runs/count" },
  GetServerInfo: { method: "GET", path: "/api/penstock/v1/server-info" },
};
