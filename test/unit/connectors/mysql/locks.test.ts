import { describe, expect, test } from "vitest";
import { pastLocks } from "../../../../connectors/mysql/locks.ts";
import { verdictOf } from "../../../../connectors/mysql/verdict.ts";

const [LOCK_WAIT, DEADLOCK, GONE] = [1205, 1213, 2013];
const errorOf = (errno: number): Error => Object.assign(new Error(`error ${errno}`), { errno });

/** Runs a transaction that fails with these errors, one an attempt, and then succeeds. */
async function outcome(alone: boolean, ...errors: number[]): Promise<string> {
  let attempts = 0;
  const result = await pastLocks(alone, async () => {
    const errno = errors[attempts];
    attempts += 1;
    if (errno !== undefined) throw errorOf(errno);
    return "done";
  }).catch((error: unknown) => (error as Error).message);
  return `${result} after ${attempts}`;
}

describe("a transaction that somebody else's locks undo", () => {
  test("is done again after a deadlock, alone or not, six times at most", async () => {
    expect(await outcome(false, DEADLOCK, DEADLOCK)).toBe("done after 3");
    expect(await outcome(true, DEADLOCK)).toBe("done after 2");
    const always = Array.from({ length: 9 }, () => DEADLOCK);
    expect(await outcome(false, ...always)).toBe("error 1213 after 6");
  });

  test("is done once more after a wait in vain, unless most of it could go on without the one that waits", async () => {
    expect(await outcome(true, LOCK_WAIT)).toBe("done after 2");
    expect(await outcome(true, LOCK_WAIT, LOCK_WAIT)).toBe("error 1205 after 2");
    expect(await outcome(false, LOCK_WAIT)).toBe("error 1205 after 1");
  });

  test("and nothing else is done again", async () => {
    expect(await outcome(true, GONE)).toBe("error 2013 after 1");
  });

  test("is to come again, and the server is well", () => {
    const own = (errno: number): unknown => (verdictOf(errorOf(errno)) as { own?: boolean }).own;
    expect([LOCK_WAIT, DEADLOCK, GONE].map(own)).toEqual([true, true, false]);
  });
});
