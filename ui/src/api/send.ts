import { ROUTES, type Operations } from "./types";

/** What the server refused, or that it could not be asked. `code` is the server's name for the kind of error. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether nobody answered: asking again later may help. */
  get away(): boolean {
    return this.status === 0 || this.status >= 502;
  }
}

/**
 * Carry out an operation: the only way this page asks the server for anything but an artifact's bytes.
 *
 * @throws ApiError what the server answered, or that it did not.
 */
export async function send<N extends keyof Operations>(
  name: N,
  fields: Operations[N]["request"],
  signal?: AbortSignal,
): Promise<Operations[N]["result"]> {
  const { method, path } = ROUTES[name];
  const request: RequestInit = { method, ...(signal && { signal }) };
  let address = path;
  if (method === "GET") {
    address += queryOf(fields);
  } else {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(fields);
  }
  const response = await ask(address, request);
  return (await response.json()) as Operations[N]["result"];
}

/**
 * Fetch, with failures as ApiError.
 *
 * @throws ApiError what the server answered, or that it did not.
 */
export async function ask(address: string, request: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("UNREACHABLE", "The server does not answer. Is it still running?", 0);
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** Fields as a query string: a list is a name given again and again. */
export function queryOf(fields: object): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) pairs.append(name, String(item));
    }
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as { error_code?: string; message?: string };
    return new ApiError(body.error_code ?? "UNKNOWN", body.message || response.statusText, response.status);
  } catch {
    const said = text.trim().slice(0, 200) || response.statusText;
    return new ApiError("UNKNOWN", `The server answered ${response.status}: ${said}`, response.status);
  }
}
