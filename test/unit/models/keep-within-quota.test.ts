import { describe, expect, it } from "vitest";
import { createModel } from "../../../engine/models/create.ts";
import { rotateUser } from "../../../engine/models/rotate.ts";
import { tendModels } from "../../../engine/models/tend.ts";
import { ensureUsers } from "../../../engine/models/users.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import { type MemoryModels, openModels, SALES } from "./models-desk.ts";

async function given(): Promise<{
  desk: MemoryModels;
  model: () => BusinessModel;
  job: () => string | undefined;
}> {
  const desk = openModels();
  const made = await createModel(desk.ports, SALES, 1);
  if (typeof made === "string") throw new Error(made);
  await ensureUsers(desk, made);
  desk.calls = 0;
  const model = (): BusinessModel => desk.model(made.model) ?? made;
  return { desk, model, job: () => model().users?.job.name };
}

describe("a model's database", () => {
  it("is let grow up to the quota", async () => {
    const { desk, model } = await given();
    desk.bytes.set(model().database, desk.quotaBytes);
    await tendModels(desk);
    expect([[...desk.halted], model().fullSince ?? null]).toEqual([[], null]);
  });

  it("takes no more rows of its job beyond it, and again when there is room", async () => {
    const { desk, model, job } = await given();
    desk.bytes.set(model().database, desk.quotaBytes + 1);
    await tendModels(desk);
    expect([...desk.halted]).toEqual([job()]);
    expect(model().fullSince).toBe(new Date(desk.ports.clock.now()).toISOString());

    desk.bytes.set(model().database, 10);
    await tendModels(desk);
    expect([[...desk.halted], model().fullSince]).toEqual([[], null]);
  });

  it("takes none either of a user that the job got or gave away meanwhile", async () => {
    const { desk, model, job } = await given();
    desk.bytes.set(model().database, desk.quotaBytes + 1);
    await tendModels(desk);
    const before = job();
    await rotateUser(desk, model(), "job", 60_000);
    await tendModels(desk);
    expect(desk.halted).toEqual(new Set([before, job()]));
  });

  it.each(["before", "after"] as const)(
    "is held to it by a later tick where a host dies %s a call",
    async (when) => {
      for (let call = 0; call < 3; call++) {
        const { desk, model, job } = await given();
        desk.bytes.set(model().database, desk.quotaBytes + 1);
        desk.fault = { call, when };
        await tendModels(desk);
        desk.fault = undefined;
        await tendModels(desk);
        expect([...desk.halted]).toEqual([job()]);
        expect(model().fullSince).toEqual(expect.any(String));
      }
    },
  );
});
