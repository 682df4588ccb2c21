import { describe, expect, it } from "vitest";
import { openBook } from "../../../engine/sequences/book/open-book.ts";
import { bookWith, storedDocuments } from "../sequences/book/app-folder.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { type Ask, openApi } from "./api.ts";

/** The API of an app with one module and one sequence of its own. */
function given(): Ask {
  const { folder } = bookWith({
    "modules.json": { copy: { cmd: "./copy.sh" } },
    "copy.sh": "",
    "etl_sequences/shipped.json": [{ module_name: "copy" }],
    "etl_sequences/broken.json": [{ module_name: "copy", inptu: "a" }],
  });
  const ports = memoryPorts();
  const documents = storedDocuments(ports);
  const book = openBook({ folder, modules: [], documents: () => documents });
  const sequences = {
    book,
    get work(): never {
      throw new Error("nothing runs here");
    },
  };
  return openApi({ ...ports, documents }, {}, undefined, { sequences });
}

const STEPS = [{ module_name: "copy", output: "a.csv" }];

describe("the sequences of the API", () => {
  it("are stored, altered, read and removed", async () => {
    const ask = given();
    const stored = await ask("PUT /api/v1/sequences/mine", { json: STEPS });
    expect(stored).toMatchObject({ status: 201, headers: { location: "/api/v1/sequences/mine" } });
    expect(stored.json).toEqual({
      name: "mine",
      stored: true,
      warnings: [{ path: "0.output", message: "is read by no step: it stays with the run" }],
    });
    expect(
      (await ask("PUT /api/v1/sequences/mine", { json: { steps: STEPS, schedule: "0 0 3 * * *" } })).status,
    ).toBe(200);
    expect((await ask("GET /api/v1/sequences/mine")).json).toMatchObject({
      name: "mine",
      from: "api",
      schedule: "0 0 3 * * *",
      steps: [
        { module_name: "copy", input: "", output: "a.csv", conf: "", args: [], retries: 0, timeout: 600 },
      ],
      storedBy: "operator",
    });
    expect((await ask("DELETE /api/v1/sequences/mine")).status).toBe(204);
    expect((await ask("GET /api/v1/sequences/mine")).status).toBe(404);
    expect((await ask("DELETE /api/v1/sequences/mine")).status).toBe(404);
  });

  it("are listed with those of the app's files, by name, a page at a time", async () => {
    const ask = given();
    for (const name of ["zeta", "alpha"]) await ask(`PUT /api/v1/sequences/${name}`, { json: STEPS });
    const first = await ask("GET /api/v1/sequences?limit=2");
    const items = first.json["items"] as { name: string; from: string }[];
    expect(items.map(({ name, from }) => [name, from])).toEqual([
      ["alpha", "api"],
      ["shipped", "file"],
    ]);
    const next = await ask(`GET /api/v1/sequences?limit=2&cursor=${String(first.json["next"])}`);
    expect(next.json).toMatchObject({ items: [{ name: "zeta" }], next: null });
  });

  it("are refused with each fault and its place, and only looked at in a dry run", async () => {
    const ask = given();
    const refused = await ask("PUT /api/v1/sequences/mine", { json: { steps: [{ module_name: "cpy" }] } });
    expect(refused).toMatchObject({
      status: 422,
      json: { issues: [{ path: "steps.0.module_name", message: "is no module; did you mean copy?" }] },
    });
    const tried = await ask("PUT /api/v1/sequences/mine?dryRun=true", { json: STEPS });
    expect(tried).toMatchObject({ status: 200, json: { stored: false } });
    expect((await ask("GET /api/v1/sequences/mine")).status).toBe(404);
    expect((await ask("PUT /api/v1/sequences/Mine", { json: STEPS })).status).toBe(400);
  });

  it("leave alone what a file of the app has, and say where that is faulty", async () => {
    const ask = given();
    for (const method of ["PUT", "DELETE"]) {
      const answer = await ask(`${method} /api/v1/sequences/shipped`, { json: STEPS });
      expect(answer).toMatchObject({ status: 409 });
      expect(answer.json["detail"]).toContain("etl_sequences/shipped.json");
    }
    for (const asked of ["GET /api/v1/sequences/broken", "POST /api/v1/sequences/broken/runs"]) {
      const answer = await ask(asked, asked.startsWith("POST") ? { json: {} } : {});
      expect(answer.status).toBe(409);
      expect(answer.json["detail"]).toContain("Etl_sequences/broken.json is no sequence");
    }
  });

  it("are not removed while another follows them", async () => {
    const ask = given();
    await ask("PUT /api/v1/sequences/first", { json: STEPS });
    await ask("PUT /api/v1/sequences/second", { json: { steps: STEPS, after: "first" } });
    const answer = await ask("DELETE /api/v1/sequences/first");
    expect(answer).toMatchObject({
      status: 409,
      json: { detail: 'The sequence "second" follows it: alter that first.' },
    });
  });

  it("have a JSON Schema for editors", async () => {
    const ask = given();
    const { json } = await ask("GET /api/v1/schemas/sequence.json");
    expect(JSON.stringify(json)).toContain("module_name");
    expect((await ask("GET /api/v1/schemas/modules.json")).status).toBe(200);
    expect((await ask("GET /api/v1/schemas/none.json")).status).toBe(404);
  });
});
