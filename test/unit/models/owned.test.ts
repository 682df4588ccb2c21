import { describe, expect, it } from "vitest";
import { changeModel } from "../../../engine/models/change.ts";
import { createModel } from "../../../engine/models/create.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import { takeName } from "../../../engine/models/owned.ts";
import { openModels, SALES } from "./models-desk.ts";

const MINUTE = 60_000;

/** A desk, and what makes models and renames them there. */
function given(most = 3) {
  const desk = openModels();
  const { ports } = desk;
  const create = async (name: string, owner = "ana"): Promise<BusinessModel | string> =>
    createModel(ports, { ...SALES, name, owner }, most);
  const take = (model: string, name: string): Promise<string | undefined> =>
    takeName(ports.documents, { owner: "ana", model, name }, { most: 1_000, now: ports.time });
  const idOf = (made: BusinessModel | string): string => (typeof made === "string" ? made : made.model);
  return { desk, ports, create, take, idOf };
}

describe("the name of a model", () => {
  it("is one owner's alone, whatever its case; another owner may have the same", async () => {
    const { create } = given();
    expect(await create("Sales")).toMatchObject({ name: "Sales", kind: "model" });
    expect(await create("sALES")).toBe("taken");
    expect(await create("Sales", "luis")).toMatchObject({ owner: "luis" });
  });

  it("is given to one of two who ask at once, and no more models are made than an owner may have", async () => {
    const { create, desk } = given(3);
    const same = await Promise.all(["Sales", "Sales", "Sales"].map((name) => create(name)));
    expect(same.filter((each) => each === "taken")).toHaveLength(2);
    const many = await Promise.all(["a", "b", "c", "d", "e"].map((name) => create(name)));
    expect(many.filter((each) => each === "full")).toHaveLength(3);
    expect(desk.ports.items("control").filter(({ id }) => id.startsWith("model|"))).toHaveLength(3);
  });

  it("that a crash left without a model is free again after a minute, and counts no more", async () => {
    const { create, desk, ports } = given(1);
    desk.fault = { call: 1, when: "before" };
    await expect(create("Sales")).rejects.toThrow("gone");
    desk.fault = undefined;
    ports.time += MINUTE - 1;
    expect(await create("Sales")).toBe("taken");
    expect(await create("Other")).toBe("full");
    ports.time += 1;
    expect(await create("Other")).toMatchObject({ name: "Other" });
  });

  it("is held while its model is being renamed, and given up when it is", async () => {
    const { create, take, idOf, ports } = given();
    const id = idOf(await create("Sales"));
    ports.time += 1;
    expect(await take(id, "Revenue")).toBeUndefined();
    expect([await create("Sales"), await create("Revenue")]).toEqual(["taken", "taken"]);
    await changeModel(ports.documents, id, () => ({ name: "Revenue" }));
    expect(await create("Sales")).toMatchObject({ name: "Sales" });
    expect(await create("Revenue")).toBe("taken");
  });

  it("stays a model's own where a rename broke off; the other one is free after a minute", async () => {
    const { create, take, idOf, ports } = given();
    await take(idOf(await create("Sales")), "Revenue");
    ports.time += MINUTE;
    expect(await create("Sales")).toBe("taken");
    expect(await create("Revenue")).toMatchObject({ name: "Revenue" });
  });

  it("may change its case, and come back", async () => {
    const { create, take, idOf, ports } = given();
    const id = idOf(await create("Sales"));
    for (const name of ["SALES", "Revenue", "Sales"]) {
      ports.time += 1;
      expect(await take(id, name)).toBeUndefined();
      await changeModel(ports.documents, id, () => ({ name }));
    }
    expect([await create("Sales"), typeof (await create("Revenue"))]).toEqual(["taken", "object"]);
  });
});
