import type { Run, RunInfo } from "../api/types";

/** The value of a run's tag, or nothing. */
export function tagOf(run: Run, key: string): string {
  return run.data.tags?.find((tag) => tag.key === key)?.value ?? "";
}

/** What ran: the file's name without its folders. */
export function sourceName(run: Run): string {
  return tagOf(run, "mlflow.source.name").replace(/\/+$/, "").split("/").pop() ?? "";
}

/** The commit's first seven digits: what people say to each other. */
export function shortCommit(run: Run): string {
  return tagOf(run, "mlflow.source.git.commit").slice(0, 7);
}

/** Who ran it. */
export function userOf(run: Run): string {
  return run.info.user_id || tagOf(run, "mlflow.user");
}

/** How long it took, in milliseconds, or has been taking; nothing for a run that never said when it began. */
export function timeTaken(info: RunInfo, now: number): number | undefined {
  if (!info.start_time) return undefined;
  if (info.end_time) return info.end_time - info.start_time;
  return info.status === "RUNNING" ? now - info.start_time : undefined;
}
