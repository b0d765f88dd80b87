/**
 * Make calls of `work` wait for one another, as one: whoever calls while it is at work causes one more round
 * afterwards, however many call. So news that comes faster than answers never piles up questions.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let again = false;
  const round = async (): Promise<void> => {
    do {
      again = false;
      await work();
    } while (again);
  };
  return () => {
    if (current) {
      again = true;
    } else {
      current = round().finally(() => (current = undefined));
    }
    return current;
  };
}
