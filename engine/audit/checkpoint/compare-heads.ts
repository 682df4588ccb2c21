import type { Head } from "./heads.ts";

/** An entity whose part of the log was another then than it is now. */
export interface HeadDifference {
  readonly key: string;
  /** Its newest record then; missing where it had none. */
  readonly was?: Head;
  /** Its newest record now, of the same part of the log; missing where it has none. */
  readonly is?: Head;
}

/**
 * Walks along the heads of now, and calls back for each that differs from what it was then. Both come in the order of
 * keys. Throws a RangeError where those of then do not.
 */
export async function* comparingHeads(
  now: AsyncIterable<Head>,
  then: AsyncIterable<Head>,
  differs: (difference: HeadDifference) => void,
): AsyncGenerator<Head> {
  const kept = then[Symbol.asyncIterator]();
  let before = await kept.next();
  const pass = async (): Promise<void> => {
    const last: Head | undefined = before.value;
    before = await kept.next();
    if (last && !before.done && before.value.key <= last.key) {
      throw new RangeError(
        `the heads are not in the order of their keys: ${before.value.key} after ${last.key}`,
      );
    }
  };
  for await (const head of now) {
    for (; !before.done && before.value.key < head.key; await pass()) {
      differs({ key: before.value.key, was: before.value });
    }
    if (!before.done && before.value.key === head.key) {
      const same = before.value.sequence === head.sequence && before.value.hash === head.hash;
      if (!same) differs({ key: head.key, was: before.value, is: head });
      await pass();
    } else differs({ key: head.key, is: head });
    yield head;
  }
  for (; !before.done; await pass()) differs({ key: before.value.key, was: before.value });
}
