/** Does work that an abort ends: what it then throws is the signal's reason, not what was broken off by it. */
export async function signalled<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
