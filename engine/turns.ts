/** Work of which only so much is done at a time, on one host. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets `most` pieces of work be done at a time; the others wait, and begin in the order in which they came. */
export function turns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
