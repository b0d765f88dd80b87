import { createMemo, createSignal, For, Index, onCleanup, onMount, Show, type Accessor } from "solid-js";

import { counted } from "../../format/number";
import { createNow } from "../../parts/clock";
import { metricColumn, NAME, paramColumn, RUN_COLUMNS, type Column } from "./cells";
import type { Names } from "./columns";
import { inSight, type Row } from "./row";
import type { Rows } from "./rows";
import type { Sort } from "./view";

/** As in runs.css: rows are of one height, so that a place in the table is found without measuring. */
const ROW_HEIGHT = 34;
// The next page is asked for when this many rows are left below.
const AHEAD = 60;

/** What part of the table the reader sees. */
export function createSight() {
  const [place, setPlace] = createSignal(
    { top: 0, height: 800 },
    { equals: (a, b) => a.top === b.top && a.height === b.height },
  );
  const [rowCount, setRowCount] = createSignal(0);
  let scroller: HTMLElement | undefined;

  const look = () => scroller && setPlace({ top: scroller.scrollTop, height: scroller.clientHeight });
  const watch = (element: HTMLElement) => {
    scroller = element;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    onCleanup(() => observer.disconnect());
  };
  // As text, so that scrolling within a row changes nothing.
  const range = createMemo(() => inSight(place().top, place().height, ROW_HEIGHT, rowCount()), undefined, {
    equals: (one, other) => one.start === other.start && one.end === other.end,
  });
  return {
    range,
    setRowCount,
    look,
    watch,
    atTop: () => place().top < ROW_HEIGHT,
    toTop: () => scroller?.scrollTo({ top: 0 }),
  };
}

export type Sight = ReturnType<typeof createSight>;

interface TableProps {
  rows: Rows;
  sight: Sight;
  shown: Names;
  sort: Sort;
  onSort: (by: string) => void;
}

/** The table: only rows in sight are in the document, and more come as the reader goes down. */
export function RunsTable(props: TableProps) {
  const now = createNow(1000);
  const params = createMemo(() => props.shown.params.map(paramColumn));
  const metrics = createMemo(() => props.shown.metrics.map(metricColumn));
  const columns = createMemo(() => [NAME, ...RUN_COLUMNS, ...metrics(), ...params()]);
  const visible = createMemo(() => {
    const all = props.rows.rows();
    props.sight.setRowCount(all.length);
    const { start, end } = props.sight.range();
    return all.slice(start, end);
  });
  const above = () => props.sight.range().start * ROW_HEIGHT;
  const below = () => Math.max(0, props.rows.rows().length - props.sight.range().end) * ROW_HEIGHT;

  const scrolled = () => {
    props.sight.look();
    if (props.rows.hasMore() && props.sight.range().end > props.rows.rows().length - AHEAD) void props.rows.more();
  };
  let scroller!: HTMLDivElement;
  onMount(() => props.sight.watch(scroller));

  return (
    <div class="table-scroller" ref={scroller} onScroll={scrolled} tabIndex={0} role="region" aria-label="Runs">
      <table
        class="runs"
        classList={{ stale: props.rows.loading() || Boolean(props.rows.error()) }}
        aria-rowcount={props.rows.total() ?? -1}
        style={{ width: `${widthOf(columns())}px` }}
      >
        <colgroup>
          <For each={columns()}>{(column) => <col style={{ width: `${column.width}px` }} />}</For>
        </colgroup>
        <thead>
          <tr class="groups">
            <th scope="colgroup" class="first" />
            <th scope="colgroup" colSpan={RUN_COLUMNS.length} />
            <Show when={metrics().length}>
              <th scope="colgroup" colSpan={metrics().length} class="group-start">
                Metrics
              </th>
            </Show>
            <Show when={params().length}>
              <th scope="colgroup" colSpan={params().length} class="group-start">
                Parameters
              </th>
            </Show>
          </tr>
          <tr>
            <For each={columns()}>
              {(column) => (
                <Head
                  column={column}
                  sort={props.sort}
                  onSort={props.onSort}
                  start={startsGroup(column, params(), metrics())}
                />
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <tr aria-hidden="true" class="space" style={{ height: `${above()}px` }} />
          <Index each={visible()}>{(row) => <RunRow row={row} columns={columns()} now={now} />}</Index>
          <tr aria-hidden="true" class="space" style={{ height: `${below()}px` }} />
        </tbody>
      </table>
      <Show when={props.rows.hasMore()}>
        <p class="table-end quiet">Loading more of {counted(props.rows.total() ?? 0, "run")} …</p>
      </Show>
    </div>
  );
}

function Head(props: { column: Column; sort: Sort; onSort: (by: string) => void; start: boolean }) {
  const order = () => {
    if (props.sort.by !== props.column.sort) return undefined;
    return props.sort.descending ? "descending" : "ascending";
  };
  return (
    <th
      scope="col"
      aria-sort={order()}
      classList={{ number: Boolean(props.column.number), "group-start": props.start }}
    >
      <Show when={props.column.sort} fallback={<span>{props.column.title}</span>}>
        {(by) => (
          <button type="button" title={`Sort by ${props.column.title}`} onClick={() => props.onSort(by())}>
            <span>{props.column.title}</span>
          </button>
        )}
      </Show>
    </th>
  );
}

function RunRow(props: { row: Accessor<Row>; columns: Column[]; now: Accessor<number> }) {
  return (
    <tr>
      <For each={props.columns}>
        {(column) => <td classList={{ number: Boolean(column.number) }}>{column.cell(props.row, props.now)}</td>}
      </For>
    </tr>
  );
}

function startsGroup(column: Column, params: Column[], metrics: Column[]): boolean {
  return column === params[0] || column === metrics[0];
}

function widthOf(columns: Column[]): number {
  return columns.reduce((sum, column) => sum + column.width, 0);
}
