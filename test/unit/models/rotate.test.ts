import { describe, expect, it } from "vitest";
import { createModel } from "../../../engine/models/create.ts";
import { deleteModel } from "../../../engine/models/delete.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import { rotateUser } from "../../../engine/models/rotate.ts";
import { tendModels } from "../../../engine/models/tend.ts";
import { ensureUsers, passwordOf } from "../../../engine/models/users.ts";
import { type MemoryModels, openModels, SALES } from "./models-desk.ts";

const MINUTE = 60_000;

/** A model with its first users. */
async function given(): Promise<{ desk: MemoryModels; id: string; model: () => BusinessModel }> {
  const desk = openModels();
  const made = await createModel(desk.ports, SALES, 1);
  if (typeof made === "string") throw new Error(made);
  await ensureUsers(desk, made);
  desk.calls = 0;
  const model = (): BusinessModel => desk.model(made.model) ?? made;
  return { desk, id: made.model, model };
}

/** Whether the password that is kept for a role is the one that lets its user in. */
function fits({ settings, passwords }: MemoryModels, model: BusinessModel, role: "job" | "reader"): boolean {
  const user = model.users?.[role];
  return user !== undefined && passwords.get(user.name) === passwordOf(settings, user);
}

describe("rotating a user", () => {
  it("makes another one, and drops the one before when its time is over", async () => {
    const { desk, id, model } = await given();
    const url = new URL((await rotateUser(desk, model(), "reader", 5 * MINUTE)) ?? "");
    expect([url.username, url.password]).toEqual([`bm_${id}_read2`, desk.passwords.get(`bm_${id}_read2`)]);
    expect(url.password).toMatch(/^[\w-]{24}$/);
    expect(fits(desk, model(), "reader")).toBe(true);
    desk.ports.time += 5 * MINUTE - 1;
    await tendModels(desk);
    expect([...desk.passwords.keys()]).toEqual([`bm_${id}_job1`, `bm_${id}_read1`, `bm_${id}_read2`]);
    desk.ports.time += 1;
    await tendModels(desk);
    expect([...desk.passwords.keys()]).toEqual([`bm_${id}_job1`, `bm_${id}_read2`]);
    expect(model().retired).toEqual([]);
  });

  it("lets a job's user in as long as a run may take that has just begun", async () => {
    const { desk, id, model } = await given();
    await rotateUser(desk, model(), "job", 0);
    const until = new Date(desk.ports.time + 11 * MINUTE).toISOString();
    expect(model().retired).toEqual([{ name: `bm_${id}_job1`, until }]);
  });

  it("by several at once gives each a user that comes in, and the job one of these", async () => {
    const { desk, model } = await given();
    const urls = await Promise.all([1, 2, 3].map(() => rotateUser(desk, model(), "job", 0)));
    for (const text of urls) {
      const { username, password } = new URL(text ?? "");
      expect(desk.passwords.get(username)).toBe(password);
    }
    expect(new Set(urls).size).toBe(3);
    expect(fits(desk, model(), "job")).toBe(true);
  });

  it("that breaks off anywhere leaves a job that comes in, and no user for longer than ten minutes", async () => {
    for (const when of ["before", "after"] as const) {
      for (const call of [0, 1, 2]) {
        const { desk, model } = await given();
        desk.fault = { call, when };
        await expect(rotateUser(desk, model(), "job", 0)).rejects.toThrow("gone");
        desk.fault = undefined;
        expect(fits(desk, model(), "job"), `${when} ${call}`).toBe(true);
        desk.ports.time += 11 * MINUTE;
        await tendModels(desk);
        expect(desk.passwords.size, `${when} ${call}`).toBe(2);
        expect(fits(desk, model(), "job")).toBe(true);
        expect(await rotateUser(desk, model(), "job", 0)).toContain("mysql://");
      }
    }
  });

  it("of a model that is deleted meanwhile leaves no user", async () => {
    const { desk, model } = await given();
    const before = model();
    desk.meanwhile = () => deleteModel(desk, before, "ana");
    expect(await rotateUser(desk, before, "reader", 0)).toBeUndefined();
    expect(desk.passwords.size).toBe(0);
  });
});
