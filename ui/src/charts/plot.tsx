import { createEffect, createMemo, createSignal, on, onCleanup, onMount } from "solid-js";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { useApp } from "../app-context";
import { short } from "../format/number";
import { duration } from "../format/time";
import { positive, smoothed, type Drawn, type XAxis } from "./series";

const STEP_TICKS: uPlot.Axis = { values: (_plot, ticks) => ticks.map((tick) => short(tick)) };
// Round as clocks are: 30 s, 5 min, 6 h.
const SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800,
];
const TIME_TICKS: uPlot.Axis = {
  incrs: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, ...SECONDS, ...SECONDS.map((size) => size * 604_800)],
  values: (_plot, ticks) => ticks.map((tick) => duration(tick * 1000)),
};

export interface Pointed {
  x: number;
  y: number | null;
}

interface PlotProps {
  drawn: Drawn;
  axis: XAxis;
  log: boolean;
  smoothing: number;
  /** The part of the x axis to show; undefined for all of it. */
  range: [number, number] | undefined;
  height: number;
  /** Charts with the same name show the same place when one is pointed at. */
  group: string;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
  onPoint: (point: Pointed | undefined) => void;
}

/** A curve on a canvas. Dragging picks a part of the x axis; a double click shows all of it again. */
export function Plot(props: PlotProps) {
  const { theme } = useApp();
  let host!: HTMLDivElement;
  let plot: uPlot | undefined;
  const [width, setWidth] = createSignal(0);

  onMount(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(host);
    onCleanup(() => observer.disconnect());
  });
  onCleanup(() => plot?.destroy());

  // Axes and colours are fixed when a plot is made; data and sizes are not.
  const ready = createMemo(() => width() > 0);
  const smooth = createMemo(() => props.smoothing > 0);
  // Where nothing is above zero a logarithmic axis would have no place at all.
  const log = createMemo(() => props.log && props.drawn.y.some((value) => value !== null && value > 0));
  const data = () => dataOf(props.drawn, log(), props.smoothing);
  createEffect(
    on([ready, theme.shade, () => props.axis, log, smooth], () => {
      plot?.destroy();
      plot = ready() ? new uPlot(optionsFor(host, props, log(), width()), data(), host) : undefined;
    }),
  );
  createEffect(
    on([() => props.drawn, () => props.smoothing, () => props.range], () => plot?.setData(data()), { defer: true }),
  );
  createEffect(on(width, (now) => now > 0 && plot?.setSize({ width: now, height: props.height }), { defer: true }));

  return <div class="plot" ref={host} style={{ height: `${props.height}px` }} onDblClick={() => props.onReset()} />;
}

function dataOf(drawn: Drawn, log: boolean, smoothing: number): uPlot.AlignedData {
  const y = log ? positive(drawn.y) : drawn.y;
  return smoothing > 0 ? [drawn.x, y, smoothed(y, smoothing)] : [drawn.x, y];
}

function optionsFor(host: HTMLElement, props: PlotProps, log: boolean, width: number): uPlot.Options {
  const colour = coloursOf(host);
  const axis: uPlot.Axis = {
    stroke: colour("--text-quiet"),
    grid: { stroke: colour("--line-quiet"), width: 1 },
    ticks: { stroke: colour("--line-quiet"), width: 1, size: 4 },
    font: "11px system-ui, sans-serif",
  };
  const line: uPlot.Series = {
    stroke: colour("--curve"),
    width: 1.5,
    points: { show: (plot) => plot.data[0].length < 2 },
  };
  const faint: uPlot.Series = { ...line, stroke: colour("--curve-faint"), width: 1 };
  return {
    width,
    height: props.height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: false, range: (_plot, least, greatest) => xRange(props.range, least, greatest) },
      y: log ? { distr: 3 } : {},
    },
    axes: [
      { ...axis, space: 64, size: 28, ...(props.axis === "step" ? STEP_TICKS : TIME_TICKS) },
      {
        ...axis,
        space: 28,
        size: 58,
        values: (_plot, ticks) => ticks.map((tick) => (tick === null ? "" : short(tick))),
      },
    ],
    series: props.smoothing > 0 ? [{}, faint, line] : [{}, line],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      // The place pointed at is shared, what is dragged is not.
      sync: { key: props.group, filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } },
      points: { size: 7, fill: colour("--curve"), stroke: colour("--panel") },
      y: false,
    },
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: dragged } = plot.select;
          if (dragged < 4) return;
          props.onZoom(plot.posToVal(left, "x"), plot.posToVal(left + dragged, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (plot) => {
          const index = plot.cursor.idx;
          const x = index === null || index === undefined ? undefined : plot.data[0][index];
          props.onPoint(x === undefined ? undefined : { x, y: plot.data[1]?.[index ?? 0] ?? null });
        },
      ],
    },
  };
}

function xRange(wanted: [number, number] | undefined, least: number, greatest: number): [number, number] {
  const [from, to] = wanted ?? [least, greatest];
  // A single point stands in the middle.
  return from === to ? [from - 1, to + 1] : [from, to];
}

/** A canvas takes no variables: the style sheet's colours are read off the element it lies in. */
function coloursOf(host: HTMLElement): (variable: string) => string {
  return (variable) => {
    host.style.color = `var(${variable})`;
    const found = getComputedStyle(host).color;
    host.style.color = "";
    return found;
  };
}
