import { afterEach, describe, expect, test, vi } from "vitest";

import { ApiError, queryOf, send } from "./send";

const answer = (status: number, body: string) =>
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response(body, { status })),
  );
const failure = async () => {
  try {
    await send("GetRun", { run_id: "r" });
  } catch (error) {
    return error as ApiError;
  }
  throw new Error("nothing was thrown");
};

afterEach(() => vi.unstubAllGlobals());

describe("send", () => {
  test("asks by query string where the operation is a GET", async () => {
    answer(200, "{}");

    await send("ListArtifacts", { run_id: "a b", path: "x&y" });

    expect(fetch).toHaveBeenCalledWith("/api/2.0/mlflow/artifacts/list?run_id=a+b&path=x%26y", { method: "GET" });
  });

  test("asks by a JSON body where the operation is a POST", async () => {
    answer(200, '{"count": 3}');

    const found = await send("CountRuns", { experiment_ids: ["1"] });

    expect(found).toEqual({ count: 3 });
    expect(fetch).toHaveBeenCalledWith("/api/penstock/v1/runs/count", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"experiment_ids":["1"]}',
    });
  });

  test("throws what the server answered", async () => {
    answer(404, '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No run r."}');

    expect(await failure()).toMatchObject({ code: "RESOURCE_DOES_NOT_EXIST", message: "No run r.", away: false });
  });

  test("says what a proxy in between answered", async () => {
    answer(502, "<h1>Bad gateway</h1>");

    expect(await failure()).toMatchObject({ message: "The server answered 502: <h1>Bad gateway</h1>", away: true });
  });

  test("says that nobody answers", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("Failed to fetch")));

    expect(await failure()).toMatchObject({ code: "UNREACHABLE", away: true });
  });
});

test("a list is a name given again and again, and what is not given is left out", () => {
  expect(queryOf({ run_ids: ["a", "b"], start_step: 0, end_step: undefined })).toBe(
    "?run_ids=a&run_ids=b&start_step=0",
  );
});
