// Drawn on a grid of 16, with round strokes in the text's colour.
const PATHS = {
  arrow: "M6 3.5 10.5 8 6 12.5",
  check: "M3 8.5 6.5 12 13 4.5",
  columns: "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
  copy: "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10",
  file: "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
  folder: "M2.5 4.5v8h11v-6.5h-6l-1.5-1.5z",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  moon: "M12.8 9.8A5.5 5.5 0 0 1 6.2 3.2a5.5 5.5 0 1 0 6.6 6.6z",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
} as const;

export type IconName = keyof typeof PATHS;

/** A small picture beside or instead of a word; the word for it stands elsewhere. */
export function Icon(props: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  );
}

/** The mark: a pipe bent to a P, with the water that leaves it. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--brand)" />
      <path
        d="M10.5 23V8.5h6.75a5 5 0 0 1 0 10H10.5"
        fill="none"
        stroke="#fff"
        stroke-width="3.4"
        stroke-linejoin="round"
      />
      <path
        d="M15 24.2c1.4-1.5 2.9-1.5 4.3 0s2.9 1.5 4.3 0"
        fill="none"
        stroke="var(--brand-water)"
        stroke-width="2.4"
        stroke-linecap="round"
      />
    </svg>
  );
}
