/** Where in a filter the server stopped understanding, and what it said about it. */
export interface Place {
  start: number;
  end: number;
  message: string;
}

const PLACED = /^Invalid filter, at position (\d+): ([^\n]*)/;

/** Read the place out of the server's message; undefined when the message names none in this filter. */
export function placeOf(message: string, filter: string): Place | undefined {
  const found = PLACED.exec(message);
  const start = Number(found?.[1]) - 1;
  if (!found || start > filter.length) return undefined;
  const word = /^(?:[\w.`/-]+|\S)/.exec(filter.slice(start))?.[0] ?? "";
  return { start, end: start + word.length, message: found[2] ?? "" };
}
