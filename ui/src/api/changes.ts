import { createSignal, type Accessor } from "solid-js";

import type { Change } from "./types";

const STREAM = "/api/penstock/v1/changes";
const GATHER_MS = 250;
const POLL_MS = 3000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];
// A stream that never opens is behind something that holds streams back: then asking now and then must do.
const FAILURES_UNTIL_POLLING = 3;

/** How news comes in: as it happens, by asking every few seconds, or not at all for now. */
export type Liveness = "live" | "polling" | "away";

/** What changed since the last notice. `everything`: nobody knows what, so look at all that is shown. */
export class Notice {
  everything = false;
  readonly runs = new Set<string>();
  readonly experiments = new Set<string>();

  /** Take in a change; one that names nothing means that it may be anything. */
  add(change: Change): void {
    this.everything ||= !change.run_ids?.length && !change.experiment_ids?.length;
    for (const id of change.run_ids ?? []) this.runs.add(id);
    for (const id of change.experiment_ids ?? []) this.experiments.add(id);
  }

  get empty(): boolean {
    return !this.everything && this.runs.size === 0 && this.experiments.size === 0;
  }

  hasRun(id: string): boolean {
    return this.everything || this.runs.has(id);
  }

  hasExperiment(id: string): boolean {
    return this.everything || this.experiments.has(id);
  }
}

type Listener = (notice: Notice) => void;

/** The server's news, gathered a little so that a burst of points is one notice; held back while nobody looks. */
export class Changes {
  readonly liveness: Accessor<Liveness>;
  private readonly setLiveness: (value: Liveness) => void;
  private readonly listeners = new Set<Listener>();
  private pending = new Notice();
  private gathering = 0;
  private source: EventSource | undefined;
  private revision: number | undefined;
  private failures = 0;
  private opened = false;

  constructor() {
    const [liveness, setLiveness] = createSignal<Liveness>("away");
    this.liveness = liveness;
    this.setLiveness = setLiveness;
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.flush());
    this.connect();
  }

  /** Hear every notice from now on, until the function returned is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private connect(): void {
    const after = this.revision === undefined ? "" : `?after=${this.revision}`;
    const source = new EventSource(STREAM + after);
    this.source = source;
    source.onopen = () => {
      this.opened = true;
      this.failures = 0;
      this.setLiveness("live");
    };
    source.addEventListener("change", (message) => this.hear(message));
    source.onerror = () => this.retry();
  }

  private hear(message: MessageEvent<string>): void {
    const change = JSON.parse(message.data) as Change;
    // The first event says where things stand: once the page has heard that, nothing at all is news.
    if (change.revision === this.revision) return;
    this.revision = change.revision;
    this.pending.add(change);
    this.gather();
  }

  private retry(): void {
    this.source?.close();
    this.failures += 1;
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length) - 1];
    if (!this.opened && this.failures >= FAILURES_UNTIL_POLLING) {
      this.setLiveness("polling");
      setInterval(() => this.expectEverything(), POLL_MS);
    } else {
      if (this.failures > 1) this.setLiveness("away");
      setTimeout(() => this.connect(), wait);
    }
  }

  private expectEverything(): void {
    this.pending.everything = true;
    this.gather();
  }

  private gather(): void {
    this.gathering ||= window.setTimeout(() => {
      this.gathering = 0;
      this.flush();
    }, GATHER_MS);
  }

  private flush(): void {
    if (document.hidden || this.pending.empty) return;
    const notice = this.pending;
    this.pending = new Notice();
    for (const listener of [...this.listeners]) listener(notice);
  }
}
