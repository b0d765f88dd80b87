import { createSignal, onCleanup, type Accessor } from "solid-js";

import { ago, exact } from "../format/time";

/** The present moment in milliseconds since 1970, looked at again every `period` milliseconds. */
export function createNow(period: number): Accessor<number> {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), period);
  onCleanup(() => clearInterval(timer));
  return now;
}

/** How long ago; the exact moment when pointed at. */
export function Ago(props: { time: number | undefined; now: number }) {
  return (
    <time dateTime={props.time ? new Date(props.time).toISOString() : ""} title={props.time ? exact(props.time) : ""}>
      {props.time ? ago(props.time, props.now) : ""}
    </time>
  );
}
