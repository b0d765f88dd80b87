/** How a file is shown, by its name. */
export type Kind = "image" | "svg" | "json" | "csv" | "text" | "other";

const ENDINGS: [Kind, string][] = [
  ["image", "png jpg jpeg gif webp avif bmp ico"],
  ["svg", "svg"],
  ["json", "json ipynb"],
  ["csv", "csv tsv"],
  [
    "text",
    "txt md log py r jl java scala sql sh js ts html css xml yaml yml toml ini cfg conf diff patch lock rst tex jsonl ndjson mlmodel mlproject env gitignore",
  ],
];

/** How to show the file at `path`. Files without an ending, such as `MLmodel` and `Makefile`, are text. */
export function kindOf(path: string): Kind {
  const name = path.split("/").pop()?.toLowerCase() ?? "";
  const ending = name.includes(".") ? (name.split(".").pop() ?? "") : "";
  if (ending === "") return "text";
  return ENDINGS.find(([, endings]) => endings.split(" ").includes(ending))?.[0] ?? "other";
}

/** JSON with line breaks; as it is when it is cut off or none. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A table as `log_table` writes it: rows of cells under names. */
export interface Table {
  columns: string[];
  rows: string[][];
}

/** Read JSON of the form `{"columns": [...], "data": [[...], ...]}`; undefined if it is of another. */
export function tableOfJson(text: string): Table | undefined {
  try {
    const { columns, data } = JSON.parse(text) as { columns?: unknown; data?: unknown };
    if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return undefined;
    return { columns: columns.map(String), rows: data.map((row: unknown[]) => row.map(cellText)) };
  } catch {
    return undefined;
  }
}

function cellText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}
