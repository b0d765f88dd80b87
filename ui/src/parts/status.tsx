import type { RunInfo } from "../api/types";

const WORDS: Record<string, string> = {
  RUNNING: "Running",
  SCHEDULED: "Scheduled",
  FINISHED: "Finished",
  FAILED: "Failed",
  KILLED: "Killed",
};

/** A run's status in words. */
export function statusWord(status: string | undefined): string {
  return WORDS[status ?? ""] ?? (status || "Unknown");
}

/** A run's status as a coloured mark with a name for those who do not see it. */
export function StatusDot(props: { info: RunInfo }) {
  const word = () => statusWord(props.info.status);
  return (
    <span
      class={`dot dot-${props.info.status?.toLowerCase() ?? "unknown"}`}
      role="img"
      aria-label={word()}
      title={word()}
    />
  );
}
