import type { Table } from "./kind";

/**
 * Read comma- or tab-separated text: quoted cells may hold separators, line breaks and doubled quotes.
 * At most `limit` rows are read; the first line names the columns.
 */
export function tableOfCsv(text: string, separator: "," | "\t", limit: number): Table {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    line.push(cell);
    cell = "";
  };
  const endLine = () => {
    endCell();
    if (line.length > 1 || line[0] !== "") lines.push(line);
    line = [];
  };
  for (let place = 0; place < text.length && lines.length <= limit; place += 1) {
    const sign = text.charAt(place);
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text.charAt(place + 1) === '"') {
        cell += '"';
        place += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === separator) endCell();
    else if (sign === "\n") endLine();
    else if (sign !== "\r") cell += sign;
  }
  if (lines.length <= limit) endLine();
  const [columns = [], ...rows] = lines;
  return { columns, rows };
}
