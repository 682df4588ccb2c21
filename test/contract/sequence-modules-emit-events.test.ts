import { randomBytes } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defineApp } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { CloudEvent } from "../../engine/define/event.ts";
import { saveRun } from "../../engine/runs/run.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { emitEvents } from "../../modules/emit-events.ts";
import { type Done, runModule } from "../unit/modules/run-module.ts";
import { minute, person, told, toldRule, visitedRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { openUndoDesk, type UndoDesk } from "./undo-desk.ts";

const account = useAccount();
let desk: UndoDesk;
/** Tells the people and the run of a case from those of others. */
let of = "";
beforeAll(() => makeContainers(account.database));
beforeEach(async () => {
  of = randomBytes(4).toString("hex");
  desk = open();
  await saveRun(desk.ports.documents, {
    id: "run",
    run: `run-${of}`,
    kind: "sequence",
    name: "club",
    status: "running",
    progress: { done: 0, total: 3, unit: "steps" },
    queuedAt: minute(4),
  });
});

const RULES = [toldRule, visitedRule];
const open = (): UndoDesk => openUndoDesk(account.database, { documents: [person], rules: RULES });
const app = defineApp({ documents: [person], rules: RULES });

function emit(input: string, config: object = {}): Promise<Done> {
  const services = { app, ports: desk.ports, settings: createSettings({}, []) };
  const whole = { event: told.type, source: "list", ...config };
  return runModule(emitEvents(services), { input, config: whole, key: `run-${of}:3`, startedAt: minute(5) });
}

const sent = (): CloudEvent[] => desk.sent.map(({ body }) => body as CloudEvent);
const dataOf = async (number: number): Promise<unknown> =>
  (await desk.document(`person|${of}n${number}`))?.data;
const line = (number: number, rest: object = {}): string =>
  `${JSON.stringify({ number: `${of}n${number}`, ...rest })}\n`;

describe("emit_events", () => {
  it("makes an event of each row, which its rule folds into a document", async () => {
    const { result, log } = await emit(`number,email\n${of}n1,1@example.com\n${of}n2,2@example.com\n`);
    expect(result).toEqual({ rows: 2, events: 2, repeats: 0, quarantined: 0 });
    expect(log).toEqual(["2 rows: 2 events sent, 0 known before, 0 in quarantine"]);
    expect(await dataOf(2)).toEqual({ identity: { number: `${of}n2` }, contact: { email: "2@example.com" } });
    expect(sent()[1]).toMatchObject({
      id: `list:${of}n2@${minute(5)}`,
      source: "list",
      type: told.type,
      time: minute(5),
      cause: `sequence/club/run-${of}/3/2`,
    });
  });

  it("does nothing when it is done again", async () => {
    const file = line(1, { email: "1@example.com" }) + line(2);
    await emit(file);
    expect((await emit(file)).result).toEqual({ rows: 2, events: 0, repeats: 2, quarantined: 0 });
    expect(await desk.document(`person|${of}n1`)).toMatchObject({ version: 1 });
    expect(desk.sent).toHaveLength(2);
  });

  it("takes the time of a column, and the members that columns are told to be", async () => {
    await emit(
      `Código;Correo;Visto;Ciudad;Calle;Nada\n${of}n1;1@example.com;2026-01-01 02:03+02:00;Quito;Sur 1;x\n`,
      {
        time: "Visto",
        columns: { Código: "number", Correo: "email", Ciudad: "address.city", Calle: "address.line" },
      },
    );
    expect(sent()).toMatchObject([{ time: minute(3), id: `list:${of}n1@${minute(3)}` }]);
    expect(await dataOf(1)).toMatchObject({ address: { line: "Sur 1", city: "Quito" } });
  });

  it("leaves an empty cell of a CSV out, and reads booleans as such", async () => {
    await emit(`number,email,consent\n${of}n1,,TRUE\n`);
    expect(sent()).toMatchObject([{ data: { number: `${of}n1`, consent: true } }]);
    expect(sent()[0]?.data).not.toHaveProperty("email");
  });

  it("sends one event of two rows with one entity and one time, the first", async () => {
    const { result } = await emit(line(1, { email: "first" }) + line(1, { email: "second" }));
    expect(result).toEqual({ rows: 2, events: 1, repeats: 1, quarantined: 0 });
    expect(await dataOf(1)).toMatchObject({ contact: { email: "first" } });
  });

  it("sends more rows than a page has, in their order", async () => {
    desk.still = true;
    const all = Array.from({ length: 1_100 }, (_, n) => n);
    const { result, log } = await emit(all.map((n) => line(n)).join(""));
    expect(result).toMatchObject({ rows: 1_100, events: 1_100 });
    expect(log).toHaveLength(3);
    expect(sent().map(({ cause }) => Number(cause?.split("/").at(-1)))).toEqual(all.map((n) => n + 1));
  });

  it("gives its run's doing back with an undo of the run, and explains a value by its row", async () => {
    await emit(line(1, { email: "1@example.com" }));
    const path = `/api/v1/entities/person/${of}n1`;
    const { json } = await desk.ask(`GET ${path}/explain?path=contact.email`);
    expect(JSON.stringify(json)).toContain(
      JSON.stringify({
        kind: "sequence",
        sequence: "club",
        run: `run-${of}`,
        step: 3,
        row: 1,
        link: `/api/v1/runs/run-${of}`,
      }),
    );
    const asked = await desk.ask("POST /api/v1/undo", { json: { run: `run-${of}`, reason: "a wrong file" } });
    expect(asked.status).toBe(202);
  });
});

describe("a host that dies while it emits events", () => {
  it(
    "at whatever call, has them taken in once when the step is done again",
    { timeout: 120_000 },
    async () => {
      const file = line(1, { email: "1@example.com" }) + line(2) + line(3, { name: 7 });
      let died = true;
      let call = 0;
      for (; died; call++) {
        for (const when of ["before", "after"] as const) {
          of = randomBytes(4).toString("hex");
          desk = open();
          const own = file.replaceAll(/"\w+n(\d)"/g, `"${of}n$1"`);
          Object.assign(desk, { fault: { call, when }, calls: 0 });
          died = await emit(own).then(
            () => desk.calls > call,
            () => true,
          );
          desk.fault = undefined;
          const { result } = await emit(own);
          expect(result, `${when} ${call}`).toMatchObject({ rows: 3, quarantined: 1 });
          for (const number of [1, 2]) {
            expect(await desk.records(`person|${of}n${number}`), `${when} ${call}`).toHaveLength(1);
          }
          const { json } = await desk.ask(`GET /api/v1/quarantine?via=sequence&name=run-${of}`);
          expect(json["items"], `${when} ${call}`).toHaveLength(1);
        }
      }
      expect(call).toBeGreaterThan(3);
    },
  );
});

describe("rows that no event can be made of", () => {
  const listed = async (): Promise<Record<string, unknown>[]> => {
    const { json } = await desk.ask("GET /api/v1/quarantine?via=sequence&name=club");
    return (json["items"] as Record<string, unknown>[]).filter((item) =>
      JSON.stringify(item["issues"]).includes(of),
    );
  };

  it("go to quarantine with what is wrong, and the others go on", async () => {
    const file = line(1) + line(2, { [`mail${of}`]: "x" }) + line(3);
    expect((await emit(file)).result).toEqual({ rows: 3, events: 2, repeats: 0, quarantined: 1 });
    expect(await listed()).toMatchObject([{ via: "sequence", name: "club", row: 2, issues: [{ path: "" }] }]);
    expect((await emit(file)).result).toMatchObject({ quarantined: 1 });
    expect(await listed()).toHaveLength(1);
  });

  it("are replayed through the schema of today", async () => {
    const { result } = await emit(`number,${of}\n${of}n1,x\n`);
    expect(result).toMatchObject({ quarantined: 1 });
    const [item] = await listed();
    const { json } = await desk.ask(`GET /api/v1/quarantine/${String(item?.["id"])}`);
    expect(json).toMatchObject({ payload: { body: expect.stringContaining('"texts":true') } });

    const replay = { action: "replay", ids: [item?.["id"]] };
    await desk.ask("POST /api/v1/quarantine", { json: replay });
    expect(await desk.run()).toMatchObject({ result: { replayed: 0, refused: 1 } });

    const id = `quarantine|${String(item?.["id"])}`;
    const stored = await desk.ports.documents.read<never>("control", id, id);
    const { payload, ...rest } = (stored?.item ?? {}) as { id: string; payload: { body: string } };
    // As if the schema knew the column by now.
    const body = payload.body.replaceAll(`"${of}"`, '"email"');
    const mended = { ...rest, payload: { ...payload, body } };
    await desk.ports.documents.write("control", id, [{ op: "upsert", item: mended }]);
    await desk.ask("POST /api/v1/quarantine", { json: replay });
    expect(await desk.run()).toMatchObject({ result: { replayed: 1, refused: 0, events: 1 } });
    expect(await dataOf(1)).toMatchObject({ contact: { email: "x" } });
    // It has the id and the time that it would have had.
    expect(sent()).toMatchObject([{ id: `list:${of}n1@${minute(5)}`, time: minute(5) }]);
    expect(await listed()).toEqual([]);
  });

  it.each([
    ["no time", "at,number\nyesterday,1\n", /the column "at" must hold a time/],
    ["a day that there is not", "at,number\n2026-02-30,1\n", /the column "at" must hold a time/],
    ["a time ahead", "at,number\n2126-01-01,1\n", /ahead/],
  ])("%s", async (_what, file, message) => {
    desk.still = true;
    expect((await emit(file, { time: "at" })).result).toMatchObject({ rows: 1, quarantined: 1 });
    const { json } = await desk.ask("GET /api/v1/quarantine?via=sequence&name=club&limit=1");
    const [item] = json["items"] as { issues: { message: string }[] }[];
    expect(item?.issues[0]?.message).toMatch(message);
  });
});

describe("what emit_events refuses, all of it", () => {
  it.each([
    [
      "a file without a column that is asked for",
      "number\n1\n",
      { time: "at" },
      'the file lacks "at"; its columns are "number"',
    ],
    ["a broken record", "number,email\n1,a\n2\n", {}, "line 3 has 1 field where the header has 2"],
    ["a line that is no object", '{"number":"1"}\n[1]\n', {}, "line 2 is no object"],
  ])("%s", async (_what, file, config, message) => {
    const failed = emit(file, config);
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(message);
    expect(desk.sent).toEqual([]);
  });

  it.each([
    [{ event: "person.born" }, "event"],
    [{ source: "The List" }, "source"],
    [{ columns: { a: "" } }, "columns.a"],
    [{ colums: {} }, ""],
  ])("the configuration %o", (config, at) => {
    const services = { app, ports: desk.ports, settings: createSettings({}, []) };
    const whole = { event: told.type, source: "list", ...config };
    const { error } = emitEvents(services).config.safeParse(whole);
    expect(error?.issues.map(({ path }) => path.join("."))).toEqual([at]);
  });

  it("says which events there are", () => {
    const services = { app, ports: desk.ports, settings: createSettings({}, []) };
    const { error } = emitEvents(services).config.safeParse({ event: "person.born", source: "list" });
    expect(error?.issues[0]?.message).toBe(
      'no rule of the app takes the event "person.born"; there are person.told, person.visited',
    );
  });
});
