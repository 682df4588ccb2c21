import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { turns } from "../../engine/turns.ts";

it("lets so many pieces of work be done at a time, in the order in which they came", async () => {
  const turn = turns(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const works = ends.map(({ promise }, n) =>
    turn(async () => {
      begun.push(n);
      return promise;
    }),
  );
  await setImmediate();
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve(11);
  expect(await works[1]).toBe(11);
  await setImmediate();
  expect(begun).toEqual([0, 1, 2]);
  for (const [n, { resolve }] of ends.entries()) resolve(10 + n);
  expect(await Promise.all(works)).toEqual([10, 11, 12, 13, 14]);
});

it("gives the turn of work that failed to the next", async () => {
  const turn = turns(1);
  const failed = turn(() => Promise.reject(new Error("no")));
  const next = turn(() => Promise.resolve("done"));
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
  expect(await turn(() => Promise.resolve("and on"))).toBe("and on");
});
