import { z } from "zod";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defineDocument, personal } from "../../engine/define/index.ts";
import { checkModelSql } from "../../engine/models/sql/check.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { changeModel } from "../../engine/models/change.ts";
import { findState } from "../../engine/models/schedule/state.ts";
import { Feed } from "../../engine/models/ready-made/feed.ts";
import { fileOf } from "../../engine/models/ready-made/ready-made.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { NOTHING } from "../../engine/sync/fold.ts";
import { completeModel } from "../unit/models/schedule/model-ports.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { keyOf, member } from "./erasure-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";
import { everything, ReadyMadeDesk } from "./ready-made-desk.ts";

const account = useAccount();
let mysql: MysqlServer;
let desk: ReadyMadeDesk;
beforeAll(async () => {
  mysql = await mysqlServer();
  await makeContainers(account.database);
});
afterAll(() => mysql?.stop());
beforeEach(() => {
  desk = new ReadyMadeDesk(account.database, mysql.url);
});
afterEach(async () => {
  await desk.close();
  await desk.club.clear();
});

/** Personal values that no table may have. */
const PERSONAL = ["Ana Perez", "ana@example.com", "555-1234", "Eva"];

/** A member with a child, after two events. */
async function tellOfAna(): Promise<void> {
  await desk.club.tell("7", { name: "Ana Perez", email: "ana@example.com", visits: 2 }, { id: "club:a" });
  await desk.club.tell("7", { phone: "555-1234", family: [{ name: "Eva", age: 9 }] }, { id: "club:b" });
}

/** A destination that says what it was sent. */
function refuse(): never {
  throw new PermanentError("no such address: ana@example.com");
}

describe("a ready-made model", () => {
  it("has its tables at once and all that was recorded before, masked, for a reader that cannot write", async () => {
    desk.club.moods.set("list", refuse);
    await tellOfAna();
    const { id, reader, answer } = await desk.made();
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ ready_made: "records", missing: [], job: null });
    expect(answer.headers).toMatchObject({
      location: `/api/v1/businessmodels/${id}`,
      "cache-control": "no-store",
    });
    await desk.work();

    const executions = await desk.ask(`GET /api/v1/businessmodels/${id}/executions`);
    expect(executions.json["items"]).toMatchObject([
      {
        status: "succeeded",
        output: "1 documents, 2 audit records, 4 deliveries\n",
        exitCode: 0,
        reason: null,
        rows: 21,
      },
    ]);
    const tables = await everything(reader);
    expect(tables["documents"]).toMatchObject([
      { entity: "member", entity_id: "Ajax-7", version: 2, sequence: 2, removed: 0, parked: null },
    ]);
    const [{ data }] = tables["documents"] as [{ data: string }];
    expect(JSON.parse(data)).toEqual({
      contact: "[masked]",
      family: [{ age: 9, name: "[masked]" }],
      identity: { club: "Ajax", name: "[masked]", number: "7" },
      visits: { count: 2 },
    });
    const values = tables["document_values"] as Record<string, unknown>[];
    expect(
      Object.fromEntries(values.map(({ path, kind, value_text }) => [path, [kind, value_text]])),
    ).toEqual({
      contact: ["masked", null],
      "family.0.age": ["number", "9"],
      "family.0.name": ["masked", null],
      "identity.club": ["text", "Ajax"],
      "identity.name": ["masked", null],
      "identity.number": ["text", "7"],
      "visits.count": ["number", "2"],
    });
    expect(tables["audit"]).toMatchObject([
      { sequence: 1, event_id: "club:a", outcome: "created", rule: "club-said", source: "club", erased: 0 },
      { sequence: 2, event_id: "club:b", outcome: "updated", event_type: "club.said" },
    ]);
    expect(tables["audit_changes"]).toContainEqual(
      expect.objectContaining({
        sequence: 2,
        path: "contact.phone",
        sub_schema: "contact",
        old: null,
        new: '"[masked]"',
      }),
    );
    expect(tables["audit_changes"]).toContainEqual(
      expect.objectContaining({ sequence: 1, path: "visits.count", new: "2", refused: null }),
    );
    const deliveries = tables["deliveries"] as Record<string, string | null>[];
    expect(
      new Set(
        deliveries.map(({ integration, status, error }) => [integration, status, String(error)].join(" ")),
      ),
    ).toEqual(new Set(["list failed [masked]", "books delivered null"]));
    for (const text of PERSONAL) expect(JSON.stringify(tables)).not.toContain(text);

    for (const sql of ["DELETE FROM audit", "UPDATE documents SET version = 9", "DROP TABLE deliveries"])
      await expect(reader.query(sql)).rejects.toThrow(/denied/);
    expect((await reader.query("SELECT last_status FROM _meta"))[0]).toEqual([{ last_status: "succeeded" }]);
  });

  it("follows what changes, and the same window again changes nothing", async () => {
    await tellOfAna();
    const { id, reader } = await desk.made();
    await desk.work();
    await desk.club.tell("7", { visits: 3 });
    await desk.club.tell("8", { visits: 1 });
    expect(await desk.run(id)).toMatchObject({ status: "succeeded" });
    const first = await everything(reader);
    expect(first["documents"]).toMatchObject([
      { entity_id: "Ajax-7", version: 3 },
      { entity_id: "Ajax-8", version: 1 },
    ]);
    expect(first["document_values"]).toContainEqual(
      expect.objectContaining({ entity_id: "Ajax-7", path: "visits.count", value_number: "3.0000000000" }),
    );

    expect(await desk.run(id)).toMatchObject({ output: "2 documents, 4 audit records, 8 deliveries\n" });
    expect(await everything(reader)).toEqual(first);
  });

  it("says of an entity that it was removed, or waits, and why in no words of others", async () => {
    await tellOfAna();
    await desk.club.tell("9", { name: "Ana Perez", phone: "poison" });
    const { id, reader } = await desk.made();
    await desk.work();
    const [waiting] = await reader.query(
      "SELECT removed, data, parked IS NOT NULL AS waits FROM documents WHERE entity_id = 'Ajax-9'",
    );
    expect(waiting).toEqual([{ removed: 0, data: null, waits: 1 }]);

    const gone = documentItem(
      keyOf("7"),
      { ...NOTHING, version: 3, sequence: 3 },
      new Date(desk.club.now).toISOString(),
    );
    await desk.club.documents.write("unified", keyOf("7"), [{ op: "upsert", item: gone }]);
    await desk.run(id);
    const tables = await everything(reader);
    expect(tables["documents"]).toContainEqual(
      expect.objectContaining({ entity_id: "Ajax-7", version: 3, removed: 1, data: null }),
    );
    expect(tables["document_values"]).toEqual([]);
    expect(JSON.stringify(tables)).not.toContain("Perez");
  });

  it("loses what an erasure takes, in records and deliveries that were copied before, too", async () => {
    desk.club.moods.set("list", refuse);
    await tellOfAna();
    const { id, reader } = await desk.made();
    await desk.work();
    expect(JSON.stringify(await everything(reader))).toContain("[masked]");
    desk.club.moods.clear();
    await desk.club.erase("7");
    await desk.run(id);
    const tables = await everything(reader);
    expect(JSON.stringify(tables)).not.toContain("[masked]");
    expect(tables["audit"]).toMatchObject([{ erased: 1 }, { erased: 1 }, { rule: "(erasure)", erased: 1 }]);
    expect(tables["documents"]).toMatchObject([{ version: 3, sequence: 3 }]);
  });

  it("has the values of records that are too large for the store, and goes on where their blob is lost", async () => {
    const long = "Ana ".repeat(100_000);
    await desk.club.tell("7", { name: long, visits: 2 });
    const { id, reader } = await desk.made();
    await desk.work();
    const changes = async (): Promise<unknown> =>
      (
        await reader.query(
          "SELECT path, old, new FROM audit_changes WHERE path IN ('identity.name', 'visits.count') ORDER BY path",
        )
      )[0];
    const name = { path: "identity.name", old: null, new: '"[masked]"' };
    expect(await changes()).toEqual([name, { path: "visits.count", old: null, new: "2" }]);
    const [blob = ""] = desk.club.blobNames.filter((each) => each.startsWith("audit/"));
    await desk.ports.blobs.delete(blob);
    expect(await desk.run(id)).toMatchObject({ status: "succeeded" });
    expect(await changes()).toEqual([
      { ...name, new: null },
      { path: "visits.count", old: null, new: null },
    ]);
  });

  it("masks again what is marked as personal later, though nothing was written since", async () => {
    await tellOfAna();
    await desk.club.tell("8", { visits: 5 });
    const { id, reader } = await desk.made();
    await desk.work();
    // Of this one the store has nothing any more.
    await desk.club.documents.write("unified", keyOf("8"), [{ op: "delete", id: "document" }]);
    const { app } = desk.services;
    const stricter = defineDocument("member", {
      id: ["club", "number"],
      schema: member.schema.extend({ visits: personal(z.strictObject({ count: z.number() })).optional() }),
    });
    // The store's own time has gone on by more than a run looks back.
    const documents: typeof desk.ports.documents = {
      ...desk.ports.documents,
      query: async (container, asked) =>
        container === "unified" ? { items: [], next: null } : desk.ports.documents.query(container, asked),
    };
    const services = {
      ...desk.services,
      app: { ...app, documents: new Map([["member", stricter]]) },
      ports: { ...desk.ports, documents },
    };
    await desk.run(id, services);
    const [rows] = await reader.query(
      "SELECT kind, value_text FROM document_values WHERE path LIKE 'visits%'",
    );
    expect(rows).toEqual([{ kind: "masked", value_text: null }]);
    const { documents: left } = await everything(reader);
    expect(left).toMatchObject([{ entity_id: "Ajax-7" }, { entity_id: "Ajax-8", data: null }]);
    expect(JSON.stringify(left)).not.toContain("count");

    // Of a document that the app has no more nobody knows what is personal.
    await desk.run(id, { ...services, app: { ...app, documents: new Map() } });
    const { documents: unknown } = await everything(reader);
    expect(unknown).toMatchObject([{ data: '"[masked]"' }, { data: null }]);
  });

  it("is altered by a later version of its tables, and keeps its rows", async () => {
    await tellOfAna();
    const { id, reader } = await desk.made();
    await desk.work();
    const before = await everything(reader);
    const { documents } = desk.ports;
    const stored = await changeModel(documents, id, ({ sql }) =>
      sql ? { sql: { ...sql, fileName: "records-0.sql" } } : {},
    );
    const { text } = fileOf("records");
    const older = text.replace("  KEY by_parked (parked),\n", "").replace(/ {2}hash CHAR.*\n/, "");
    if (!stored) throw new Error("the model is gone");
    const how = { dryRun: false, allowDestructive: true };
    expect((await desk.server.apply(stored, checkModelSql(older), how)).changes).toHaveLength(2);

    expect(await desk.run(id)).toMatchObject({ status: "succeeded" });
    expect(await everything(reader)).toEqual(before);
    const { json } = await desk.ask(`GET /api/v1/businessmodels/${id}`);
    expect(json["model"]).toMatchObject({ fileName: fileOf("records").fileName });
  });

  it("whose answer was lost makes its tables at its first run, and gives its address by a rotation", async () => {
    await tellOfAna();
    const apply = desk.server.apply.bind(desk.server);
    desk.server.apply = () => Promise.reject(new Error("the host goes away"));
    const json = { name: "lost", ready_made: "records", job_frequency: 1 };
    expect((await desk.ask("POST /api/v1/businessmodels", { json })).status).toBe(500);
    desk.server.apply = apply;
    const { json: list } = await desk.ask("GET /api/v1/businessmodels");
    const [{ id }] = list["items"] as [{ id: string }];
    await desk.tick();
    await desk.work();
    const { json: made } = await desk.ask(`GET /api/v1/businessmodels/${id}`);
    expect(made).toMatchObject({ schedule: { lastRun: { status: "succeeded" } } });
    const rotated = await desk.ask(`POST /api/v1/businessmodels/${id}/credentials`, {
      json: { role: "reader" },
    });
    expect(rotated.json).toMatchObject({ reader: { url: expect.stringContaining(`bm_${id}_read2`) } });
  });

  it("gives its address where the timer was quicker than the answer, too", async () => {
    await tellOfAna();
    const apply = desk.server.apply.bind(desk.server);
    desk.server.apply = async (...asked) => {
      desk.server.apply = apply;
      await desk.tick();
      await desk.work();
      return apply(...asked);
    };
    const { reader } = await desk.made();
    const [rows] = await reader.query("SELECT entity_id FROM documents");
    expect(rows).toEqual([{ entity_id: "Ajax-7" }]);
  });

  it("runs on time where uploaded jobs are refused, and those do not", async () => {
    const { id } = await desk.made();
    const complete = completeModel(Date.now() - 60_000);
    await desk.ports.documents.write("control", complete.id, [{ op: "create", item: complete }]);
    await desk.tick();
    expect(await findState(desk.ports.documents, complete.model)).toBeUndefined();
    await desk.work();
    const own = await desk.ask("POST /api/v1/businessmodels", { json: { name: "own", job_frequency: 1 } });
    const { json } = await desk.ask(`GET /api/v1/businessmodels/${id}`);
    expect(json).toMatchObject({ schedule: { lastRun: { status: "succeeded" } } });
    const asked = await desk.ask(`POST /api/v1/businessmodels/${String(own.json["id"])}/runs`);
    expect(asked.status).toBe(503);
    await desk.ports.documents.write("control", complete.id, [{ op: "delete", id: complete.id }]);
  });
});

describe("a feed", () => {
  it("gives what the store wrote within its time, in the order of the writes, page by page", async () => {
    const second = Math.floor(Date.now() / 1_000);
    for (let number = 0; number < 120; number++) await desk.club.tell(String(number), { visits: number });
    const read = async (since: number, until: number): Promise<number[][]> => {
      const query = {
        container: "unified",
        kind: "document",
        members: "c.entityId, c._ts",
        since,
        until,
      } as const;
      const feed = new Feed<{ readonly _ts: number }>(desk.club.documents, query);
      const pages: number[][] = [];
      while (!feed.ended) pages.push((await feed.next()).map(({ _ts }) => _ts));
      return pages;
    };
    const later = second + 600;
    const pages = await read(second, later);
    expect(pages.map(({ length }) => length)).toEqual([100, 20]);
    expect(pages.flat()).toEqual(pages.flat().toSorted((one, other) => one - other));
    expect((await read(later, later + 60)).flat()).toEqual([]);
    expect((await read(0, second)).flat()).toEqual([]);
  });
});

describe("who may have a ready-made model", () => {
  const json = { name: "mine", ready_made: "records", job_frequency: 5 };

  it("is an operator alone, whatever names of tokens are the same", async () => {
    const { json: token } = await desk.ask("POST /api/v1/tokens", {
      json: { name: "ana", roles: ["subscriber"] },
    });
    const ana = String(token["token"]);
    const refused = await desk.ask("POST /api/v1/businessmodels", { json, token: ana });
    expect([refused.status, refused.json["detail"]]).toEqual([
      403,
      "A ready-made model shows documents, audit log and deliveries of everybody: only an operator may make one.",
    ]);
    const { id } = await desk.made();
    await changeModel(desk.ports.documents, id, () => ({ owner: "ana" }));
    expect((await desk.ask(`GET /api/v1/businessmodels/${id}`, { token: ana })).status).toBe(404);
    expect((await desk.ask("GET /api/v1/businessmodels", { token: ana })).json["items"]).toEqual([]);
  });

  it("takes no .sql and no job for it, nor a command", async () => {
    const { id } = await desk.made();
    for (const what of ["model", "job"]) {
      const refused = await desk.ask(`PATCH /api/v1/upload/${what}/${id}?name=x.mjs`, { text: "x" });
      expect(refused.status).toBe(409);
      expect(refused.json["detail"]).toMatch(/^The model is ready-made: .* takes no (\.sql|job)\./);
    }
    const patched = await desk.ask(`PATCH /api/v1/businessmodels/${id}`, {
      json: { job_execution_command: "node" },
    });
    expect(patched.status).toBe(409);
    expect(
      (await desk.ask(`PATCH /api/v1/businessmodels/${id}`, { json: { ready_made: "records" } })).status,
    ).toBe(400);
    for (const wrong of [{ ready_made: "others" }, { job_execution_command: "node" }])
      expect((await desk.ask("POST /api/v1/businessmodels", { json: { ...json, ...wrong } })).status).toBe(
        400,
      );
  });
});
