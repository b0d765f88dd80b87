import { expect, test } from "vitest";

import { oneAtATime } from "./one-at-a-time";

function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

test("calls during a round make one more round, not many", async () => {
  const first = gate();
  let rounds = 0;
  const ask = oneAtATime(async () => {
    rounds += 1;
    if (rounds === 1) await first.opened;
  });

  const all = [ask(), ask(), ask(), ask()];
  first.open();
  await Promise.all(all);

  expect(rounds).toBe(2);
});

test("a call after the round is over starts a new one", async () => {
  let rounds = 0;
  const ask = oneAtATime(async () => {
    rounds += 1;
  });

  await ask();
  await ask();

  expect(rounds).toBe(2);
});

test("a round that fails does not hold up the next", async () => {
  let rounds = 0;
  const ask = oneAtATime(async () => {
    rounds += 1;
    if (rounds === 1) throw new Error("away");
  });

  await expect(ask()).rejects.toThrow("away");
  await ask();

  expect(rounds).toBe(2);
});
