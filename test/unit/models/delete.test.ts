import { describe, expect, it } from "vitest";
import type { ModelPlace } from "../../../engine/models/database/server.ts";
import { createModel } from "../../../engine/models/create.ts";
import { deleteModel } from "../../../engine/models/delete.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import { readModel } from "../../../engine/models/model.ts";
import { startDue } from "../../../engine/models/schedule/start-due.ts";
import { takeJob } from "../../../engine/models/take-job.ts";
import { takeSql } from "../../../engine/models/take-sql.ts";
import { tendModels } from "../../../engine/models/tend.ts";
import { readRun } from "../../../engine/runs/run.ts";
import { type MemoryModels, openModels, SALES } from "./models-desk.ts";

/** A whole model, whose first run waits in line. */
async function given(): Promise<{ desk: MemoryModels; model: BusinessModel; run: string }> {
  const desk = openModels();
  const made = await createModel(desk.ports, SALES, 1);
  if (typeof made === "string") throw new Error(made);
  const sql = { text: "CREATE TABLE sales (id INT NOT NULL PRIMARY KEY);", fileName: "sales.sql" };
  await takeSql(desk, made, sql, { dryRun: false, allowDestructive: false });
  await takeJob(desk, made, { bytes: Buffer.from("1"), fileName: "sales.mjs" });
  const model = desk.model(made.model) ?? made;
  const run = await startDue(desk.ports, model);
  desk.calls = 0;
  return { desk, model, run: run ?? "" };
}

function leftOf({ databases, passwords, ports }: MemoryModels): unknown[] {
  const items = ports.items("control").filter(({ id }) => !id.startsWith("models-of|"));
  return [...databases, ...passwords.keys(), ...ports.blobNames(), ...items];
}

describe("deleting a model", () => {
  it("leaves neither database nor users, files nor items, ends its run, and frees its name", async () => {
    const { desk, model, run } = await given();
    await deleteModel(desk, model, "ana");
    expect(leftOf(desk)).toEqual([]);
    expect(await readRun(desk.ports.documents, run)).toMatchObject({ status: "cancelled" });
    expect(await createModel(desk.ports, SALES, 1)).toMatchObject({ name: "Sales" });
  });

  it.each(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((call) => [[call, "before"] as const, [call, "after"] as const]),
  )(
    "that breaks off at write %i, %s its effect, is finished by the timer once it began",
    async (call, when) => {
      const { desk, model } = await given();
      desk.fault = { call, when };
      await expect(deleteModel(desk, model, "ana")).rejects.toThrow("gone");
      desk.fault = undefined;
      const hasBegun = call > 0 || when === "after";
      expect((await readModel(desk.ports.documents, model.model)) === undefined).toBe(hasBegun);
      await tendModels(desk);
      expect(leftOf(desk).length === 0).toBe(hasBegun);
    },
  );

  it("has no other writes at which it could break off", async () => {
    const { desk, model } = await given();
    await deleteModel(desk, model, "ana");
    expect(desk.calls).toBe(9);
  });

  it("by the timer goes on with others where one fails", async () => {
    const { desk, model } = await given();
    const deletedAt = new Date(desk.ports.time).toISOString();
    for (const id of [model.model, "aaaaaaaaaa"]) {
      const item: BusinessModel = { ...model, id: `model|${id}`, model: id, deletedAt };
      await desk.ports.documents.write("control", item.id, [{ op: "upsert", item }]);
    }
    const drop = (place: ModelPlace): Promise<void> =>
      place.model === model.model ? Promise.reject(new Error("locked")) : desk.server.drop(place);
    await tendModels({ ...desk, server: { ...desk.server, drop } });
    expect([desk.model(model.model)?.deletedAt, desk.model("aaaaaaaaaa")]).toEqual([deletedAt, undefined]);
    await tendModels(desk);
    expect(leftOf(desk)).toEqual([]);
  });
});
