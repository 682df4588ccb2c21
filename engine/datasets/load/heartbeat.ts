/** How often is looked, in milliseconds. */
const EVERY_MS = 1_000;

/** Calls `look` about once a second, never twice at a time, until it is stopped; its failures go to `failed`. */
export function heartbeat(look: () => Promise<void>, failed: (error: unknown) => void): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look()
      .catch(failed)
      .finally(() => (looking = undefined));
  }, EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
