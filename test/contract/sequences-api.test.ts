import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { openBook } from "../../engine/sequences/book/open-book.ts";
import { type Answer, type Ask, openApi } from "../unit/functions/api.ts";
import { bookWith } from "../unit/sequences/book/app-folder.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
beforeAll(() => makeContainers(account.database));

const STEPS = [{ module_name: "copy", output: "a.csv" }];

let ask: Ask;
/** Writes a file into the app's folder. */
let write: (name: string, content: unknown) => void;
beforeEach(async () => {
  const documents = cosmosDocuments(account.database);
  const app = bookWith({
    "modules.json": { copy: { cmd: "./copy.sh" } },
    "copy.sh": "",
    "etl_sequences/shipped.json": STEPS,
  });
  write = (name, content) => app.write(name, content);
  const sequences = {
    book: openBook({ folder: app.folder, modules: [], documents: () => documents }),
    get work(): never {
      throw new Error("nothing runs here");
    },
  };
  ask = openApi({ ...memoryPorts(), documents }, {}, undefined, { sequences });
  // What the test before left: followers first.
  for (let left = await names(); left.length > 1; left = await names()) {
    for (const name of left) await ask(`DELETE /api/v1/sequences/${name}`);
  }
});

async function names(query = ""): Promise<string[]> {
  const { json } = await ask(`GET /api/v1/sequences${query}`);
  return (json["items"] as { name: string }[]).map(({ name }) => name);
}

const put = (name: string, json: unknown, token?: string): Promise<Answer> =>
  ask(`PUT /api/v1/sequences/${name}`, { json, ...(token === undefined ? {} : { token }) });

describe("sequences in a real store", () => {
  it("are stored, found, listed a page at a time, and removed", async () => {
    expect((await put("beta", STEPS)).status).toBe(201);
    expect((await put("alpha", { $schema: "s", steps: STEPS, retries: 1 })).status).toBe(422);
    expect((await put("alpha", { $schema: "s", steps: STEPS })).status).toBe(201);
    expect((await put("alpha", STEPS)).status).toBe(200);
    expect(await names()).toEqual(["alpha", "beta", "shipped"]);

    const first = await ask("GET /api/v1/sequences?limit=1");
    const next = encodeURIComponent(String(first.json["next"]));
    expect(await names(`?limit=1&cursor=${next}`)).toEqual(["beta"]);
    expect((await ask("GET /api/v1/sequences?limit=3")).json).toMatchObject({ next: null, faults: [] });

    expect((await ask("GET /api/v1/sequences/alpha")).json).toMatchObject({
      name: "alpha",
      from: "api",
      steps: [{ module_name: "copy", retries: 0 }],
      storedBy: "operator",
      issues: [],
      warnings: [{ path: "steps.0.output" }],
    });
    expect((await ask("DELETE /api/v1/sequences/alpha")).status).toBe(204);
    expect((await ask("GET /api/v1/sequences/alpha")).status).toBe(404);
  });

  it("are new once, however many store them at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => put("race", STEPS)));
    const statuses = answers.map(({ status }) => String(status));
    expect(statuses.toSorted()).toEqual(["200", "200", "200", "200", "201"]);
  });

  it("follow one another in no circle, whatever order they are stored in", async () => {
    await put("first", STEPS);
    await put("second", { steps: STEPS, after: "first" });
    const { status, json } = await put("first", { steps: STEPS, after: "second" });
    expect([status, json["issues"]]).toEqual([
      422,
      [{ path: "after", message: "comes back to it: first after second after first" }],
    ]);
    expect((await ask("DELETE /api/v1/sequences/first")).status).toBe(409);
    expect((await ask("DELETE /api/v1/sequences/second")).status).toBe(204);
    expect((await ask("DELETE /api/v1/sequences/first")).status).toBe(204);
  });

  it("are told of where a deployment made them faulty, and take no others with them", async () => {
    await put("mine", STEPS);
    write("modules.json", { copied: { cmd: "./copy.sh" }, bad: { cmd: "./none.sh" } });
    write("etl_sequences/broken.json", "[{]");
    expect((await ask("GET /api/v1/sequences")).json).toMatchObject({
      items: [{ name: "mine" }, { name: "shipped" }],
      faults: [
        { file: "etl_sequences/broken.json", path: "", message: "is not JSON: line 1, column 3" },
        { file: "modules.json", path: "bad", message: expect.stringContaining("./none.sh") },
      ],
    });
    expect((await ask("GET /api/v1/sequences/mine")).json).toMatchObject({
      issues: [{ path: "steps.0.module_name", message: "is no module; did you mean copied?" }],
    });
    const broken = await ask("GET /api/v1/sequences/broken");
    expect([broken.status, broken.json["detail"]]).toEqual([
      409,
      "Etl_sequences/broken.json is not JSON: line 1, column 3.",
    ]);
    expect((await put("broken", STEPS)).status).toBe(409);
    write("etl_sequences/mine.json", STEPS);
    expect((await ask("GET /api/v1/sequences/mine")).json).toMatchObject({ from: "file" });
    expect((await ask("GET /api/v1/sequences")).json["faults"]).toContainEqual(
      expect.objectContaining({ file: "sequence|mine", message: expect.stringContaining("is not used") }),
    );
    // What the API stored may still be taken away; the file is not touched.
    expect((await ask("DELETE /api/v1/sequences/mine")).status).toBe(204);
    expect((await ask("DELETE /api/v1/sequences/mine")).status).toBe(409);
    expect(await names()).toEqual(["mine", "shipped"]);
  });

  it("are read by auditors, written by operators, and each write is in the operator log", async () => {
    const token = async (name: string, role: string): Promise<string> => {
      const { json } = await ask("POST /api/v1/tokens", { json: { name, roles: [role] } });
      return String(json["token"]);
    };
    const auditor = await token("eva", "auditor");
    const subscriber = await token("luis", "subscriber");
    await put("mine", STEPS);
    for (const asked of ["GET /api/v1/sequences", "GET /api/v1/sequences/mine"]) {
      expect((await ask(asked, { token: auditor })).status).toBe(200);
      expect((await ask(asked, { token: subscriber })).status).toBe(403);
      expect((await ask(asked, { token: "" })).status).toBe(401);
    }
    expect((await put("mine", STEPS, auditor)).status).toBe(403);
    expect((await ask("DELETE /api/v1/sequences/mine", { token: auditor })).status).toBe(403);
    await ask("PUT /api/v1/sequences/other?dryRun=true", { json: STEPS });
    await put("other", [{ module_name: "none" }]);
    await ask("DELETE /api/v1/sequences/mine");
    const log = await ask("GET /api/v1/operator-log?target=mine&limit=2");
    const done = (log.json["items"] as Record<string, string>[]).map(
      ({ actor, action }) => `${actor} ${action}`,
    );
    expect(done.toSorted()).toEqual(["operator delete-sequence", "operator store-sequence"]);
    expect((await ask("GET /api/v1/operator-log?target=other")).json["items"]).toEqual([]);
  });

  it.each([
    ["Mine", STEPS, 400],
    ["a".repeat(65), STEPS, 400],
    ["mine", 3, 422],
    ["mine", null, 422],
    ["mine", [], 422],
    ["mine", { ["__proto__"]: 1, steps: STEPS }, 422],
  ])("are refused where they are none: %s, %j", async (name, json, status) => {
    expect((await put(name, json)).status).toBe(status);
  });

  it("are mended by storing them anew where what was stored is none any more", async () => {
    const documents = cosmosDocuments(account.database);
    const item = { id: "sequence|mine", kind: "sequence", name: "mine", file: [{ module: "copy" }] };
    await documents.write("control", item.id, [{ op: "create", item }]);
    expect((await ask("GET /api/v1/sequences/mine")).status).toBe(409);
    expect((await ask("GET /api/v1/sequences")).json["faults"]).toMatchObject([
      { file: "sequence|mine", path: "0.module_name" },
      { file: "sequence|mine", path: "0", message: expect.stringContaining('"module"') },
    ]);
    expect((await put("mine", STEPS)).status).toBe(200);
    expect(await names()).toEqual(["mine", "shipped"]);
  });

  it.each(["a%2Fb", "a%3Fb", "%23", "..%2F..%2Fmodules", "sequence%7Cshipped", "Shipped"])(
    "have no name like %s",
    async (name) => {
      for (const method of ["GET", "DELETE"]) {
        expect((await ask(`${method} /api/v1/sequences/${name}`)).status).toBe(404);
      }
      expect((await put(name, STEPS)).status).toBe(400);
    },
  );

  it("are not stored where the request makes no sense", async () => {
    expect((await ask("PUT /api/v1/sequences/mine", { text: "[" })).status).toBe(400);
    expect((await ask("PUT /api/v1/sequences/mine?dryRun=yes", { json: STEPS })).status).toBe(400);
    expect(await names()).toEqual(["shipped"]);
  });
});
