import { describe, expect, it } from "vitest";
import { createModel } from "../../../engine/models/create.ts";
import { deleteModel } from "../../../engine/models/delete.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import { type SqlTaken, takeSql } from "../../../engine/models/take-sql.ts";
import { passwordOf } from "../../../engine/models/users.ts";
import { type MemoryModels, openModels, SALES } from "./models-desk.ts";

const FILE = { text: "CREATE TABLE sales (id INT NOT NULL PRIMARY KEY);", fileName: "sales.sql" };

async function given(): Promise<{ desk: MemoryModels; model: BusinessModel }> {
  const desk = openModels();
  const model = await createModel(desk.ports, SALES, 1);
  if (typeof model === "string") throw new Error(model);
  desk.calls = 0;
  return { desk, model };
}

const upload = (desk: MemoryModels, model: BusinessModel, dryRun = false): Promise<SqlTaken> =>
  takeSql(desk, model, FILE, { dryRun, allowDestructive: false });

describe("a .sql that is taken in", () => {
  it("makes the database and shows its users' addresses the first time alone", async () => {
    const { desk, model } = await given();
    const first = await upload(desk, model);
    for (const role of ["job", "reader"] as const) {
      const { username, password } = new URL(first.addresses?.[role].url ?? "");
      expect(desk.passwords.get(username)).toBe(password);
      expect(desk.settings.redact(password)).not.toContain(password);
    }
    expect(JSON.stringify(desk.ports.items("control"))).not.toContain([...desk.passwords.values()][0]);
    expect(desk.model(model.model)?.sql).toMatchObject({ fileName: "sales.sql", bytes: FILE.text.length });
    const again = await upload(desk, model);
    expect([again.applied, again.addresses, desk.passwords.size]).toEqual([true, undefined, 2]);
  });

  it("makes nothing where it was only asked", async () => {
    const { desk, model } = await given();
    await upload(desk, model, true);
    expect([desk.databases.size, desk.passwords.size, desk.ports.blobNames()]).toEqual([0, 0, []]);
    expect(desk.model(model.model)).toEqual(model);
  });

  it("makes nothing where there is no key for the passwords", async () => {
    const desk = openModels({ CAUDAL_SECRETS_KEY: "" });
    const model = await createModel(desk.ports, SALES, 1);
    if (typeof model === "string") throw new Error(model);
    await expect(upload(desk, model)).rejects.toThrow("CAUDAL_SECRETS_KEY");
    expect(desk.databases.size).toBe(0);
  });

  it.each([0, 1, 2, 3, 4, 5].flatMap((call) => [[call, "before"] as const, [call, "after"] as const]))(
    "sent again after a crash at write %i, %s its effect, ends as if there had been none",
    async (call, when) => {
      const { desk, model } = await given();
      desk.fault = { call, when };
      await expect(upload(desk, model)).rejects.toThrow("gone");
      desk.fault = undefined;
      await upload(desk, model);
      const now = desk.model(model.model);
      expect(await desk.ports.blobs.get(now?.sql?.blob ?? "")).toBeDefined();
      const kept = Object.values(now?.users ?? {}).map((user) => passwordOf(desk.settings, user));
      expect(kept).toEqual([...desk.passwords.values()]);
      expect(kept).toHaveLength(2);
    },
  );

  it("has no other writes at which it could crash", async () => {
    const { desk, model } = await given();
    await upload(desk, model);
    expect(desk.calls).toBe(6);
  });

  it("for a model that is deleted meanwhile leaves nothing", async () => {
    const { desk, model } = await given();
    desk.meanwhile = () => deleteModel(desk, model, "ana");
    expect(await upload(desk, model)).toMatchObject({ model: undefined });
    expect([desk.databases.size, desk.passwords.size, desk.ports.blobNames()]).toEqual([0, 0, []]);
  });

  it("has each uploader's users, where two first ones come at once", async () => {
    const { desk, model } = await given();
    const both = await Promise.all([upload(desk, model), upload(desk, model)]);
    expect(both.filter(({ addresses }) => addresses)).toHaveLength(1);
    for (const user of Object.values(desk.model(model.model)?.users ?? {})) {
      expect(passwordOf(desk.settings, user)).toBe(desk.passwords.get(user.name));
    }
  });
});
