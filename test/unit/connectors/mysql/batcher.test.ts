import { describe, expect, test } from "vitest";
import { Batcher, type Blame } from "../../../../connectors/mysql/batcher.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";

const never = new AbortController().signal;

interface Bench {
  readonly add: (item: string, signal?: AbortSignal) => Promise<string>;
  readonly batches: string[][];
  /** Lets the batch at work go on; the ones after it are not held. */
  readonly release: () => void;
}

/** A batcher over "key" or "key:n" items; `fail` says what a batch fails with. The first batch waits for `release`. */
function bench({
  fail = () => undefined,
  most,
}: { fail?: (items: readonly string[]) => Blame | undefined; most?: number } = {}): Bench {
  const batches: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const batcher = new Batcher<string, string>({
    key: (item) => item.split(":")[0] ?? "",
    blame: (error) => (error as Error).message as Blame,
    ...(most === undefined ? {} : { most }),
    work: async (items) => {
      batches.push([...items]);
      if (batches.length === 1) await gate.promise;
      const blame = fail(items);
      if (blame) throw new Error(blame);
      return items.map((item) => `done ${item}`);
    },
  });
  return { add: (item, signal = never) => batcher.add(item, signal), batches, release: () => gate.resolve() };
}

/** Until the first batch is at work. */
async function atWork({ batches }: Bench): Promise<void> {
  await expect.poll(() => batches.length).toBe(1);
}

const outcomes = async (promises: readonly Promise<string>[]): Promise<string[]> =>
  (await Promise.allSettled(promises)).map((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : `failed ${(outcome.reason as Error).message}`,
  );

describe("Batcher", () => {
  test("gathers what comes while a batch is at work into the next one", async () => {
    const b = bench();
    const first = b.add("a");
    await atWork(b);
    const rest = [b.add("b"), b.add("c"), b.add("d")];
    b.release();
    expect(await outcomes([first, ...rest])).toEqual(["done a", "done b", "done c", "done d"]);
    expect(b.batches).toEqual([["a"], ["b", "c", "d"]]);
  });

  test("makes no batch larger than it may, and none with one key twice; a key's items keep their order", async () => {
    const b = bench({ most: 3 });
    const all = ["a:1", "a:2", "b:1", "c:1", "d:1", "d:2", "e:1"].map((item) => b.add(item));
    b.release();
    await Promise.all(all);
    expect(b.batches).toEqual([["a:1", "b:1", "c:1"], ["a:2", "d:1", "e:1"], ["d:2"]]);
  });

  test("does a batch with a bad item again one by one, so that it fails alone", async () => {
    const b = bench({ fail: (items) => (items.includes("bad") ? "item" : undefined) });
    const all = ["a", "bad", "b"].map((item) => b.add(item));
    b.release();
    expect(await outcomes(all)).toEqual(["done a", "failed item", "done b"]);
    expect(b.batches).toEqual([["a", "bad", "b"], ["a"], ["bad"], ["b"]]);
  });

  test("does not try one by one what nobody could do", async () => {
    const b = bench({ fail: () => "server" });
    const all = ["a", "b"].map((item) => b.add(item));
    b.release();
    expect(await outcomes(all)).toEqual(["failed server", "failed server"]);
    expect(b.batches).toHaveLength(1);
  });

  test("gives up a batch when the server fails amid it, or when three in it wait in vain", async () => {
    const gone = bench({
      fail: (items) => (items.length > 1 ? "item" : items[0] === "b" ? "server" : undefined),
    });
    const first = ["a", "b", "c", "d"].map((item) => gone.add(item));
    gone.release();
    expect(await outcomes(first)).toEqual(["done a", "failed server", "failed server", "failed server"]);

    const locked = bench({ fail: (items) => (items.includes("free") ? undefined : "company") });
    const second = ["a", "b", "c", "d", "e"].map((item) => locked.add(item));
    locked.release();
    expect(await outcomes(second)).toEqual(Array.from(second, () => "failed company"));
    expect(locked.batches).toEqual([["a", "b", "c", "d", "e"], ["a"], ["b"], ["c"]]);
  });

  test("goes on after a failure", async () => {
    const b = bench({ fail: (items) => (items.includes("bad") ? "server" : undefined) });
    const bad = b.add("bad");
    await atWork(b);
    const good = b.add("good");
    b.release();
    expect(await outcomes([bad, good])).toEqual(["failed server", "done good"]);
  });

  test("never begins what was given up, and lets go of what is at work at once", async () => {
    const b = bench();
    const abort = new AbortController();
    const working = b.add("a", abort.signal);
    await atWork(b);
    const waiting = b.add("b", abort.signal);
    const other = b.add("c");
    abort.abort();
    await expect(working).rejects.toBeInstanceOf(RetryableError);
    await expect(waiting).rejects.toBeInstanceOf(RetryableError);
    await expect(b.add("d", abort.signal)).rejects.toBeInstanceOf(RetryableError);
    b.release();
    expect(await other).toBe("done c");
    expect(b.batches).toEqual([["a"], ["c"]]);
  });
});
