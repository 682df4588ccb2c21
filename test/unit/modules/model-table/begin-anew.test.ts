import { describe, expect, it } from "vitest";
import { beganAnew } from "../../../../modules/model-table/begin-anew.ts";

/** An error of the server. */
const refused = (errno: number): Error => Object.assign(new Error(`error ${errno}`), { errno });
const never = new AbortController().signal;

describe("a transaction that met another's locks", () => {
  it.each([1205, 1213])("is done again after error %i, and the log says so", async (errno) => {
    const log: string[] = [];
    let calls = 0;
    const work = async (): Promise<string> => {
      if ((calls += 1) === 1) throw refused(errno);
      return "done";
    };
    expect(await beganAnew(work, (line) => void log.push(line), never)).toBe("done");
    expect(log).toEqual([`begins anew: error ${errno}`]);
  });

  it("is done once where the server refuses what is in it", async () => {
    let calls = 0;
    const work = async (): Promise<void> => {
      calls += 1;
      throw refused(1366);
    };
    await expect(beganAnew(work, () => {}, never)).rejects.toThrow("error 1366");
    expect(calls).toBe(1);
  });
});
