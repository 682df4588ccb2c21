import { createHash } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { definePull, defineReceiver } from "../../engine/define/index.ts";
import { takePage } from "../../engine/pulls/page.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { quarantine, type QuarantineItem } from "../../engine/sync/quarantine.ts";
import { receive } from "../../engine/sync/receive.ts";
import { defineApp } from "../../engine/define/index.ts";
import { event, minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";

const account = useAccount();
const settings = createSettings({}, []);
let wide = false;
let desk: Desk;
let n = 0;
/** The sender's id of the next delivery, and the entity that it speaks of. */
let id: string;
beforeAll(async () => {
  await account.container({ id: "unified" });
  await account.container({ id: "operations", partitionKey: { paths: ["/run"] } });
  await account.container({ id: "control", partitionKey: { paths: ["/id"] } });
});

const body = z.object({
  number: z.string(),
  at: z.string(),
  // What the schema does not take at first, and takes once it is mended.
  email: z.string().refine((text) => wide || text.length < 10, "is too long"),
});
const crm = defineReceiver({
  source: "crm",
  verify: { settings: [], verify: () => ({ ok: true, deliveryId: id }) },
  body,
  events: ({ number, email, at }) => [told.of({ number, email }, { time: at })],
});
const store = definePull({
  source: "store",
  schedule: "0 * * * * *",
  pages: { settings: [], read: async () => ({ records: [], next: null }) },
  record: body,
  events: ({ number, email, at }) => [told.of({ number, email }, { time: at })],
});
const definitions = { documents: [person], rules: [toldRule], receivers: [crm], pulls: [store] };

beforeEach(async () => {
  wide = false;
  n += 1;
  id = `q${n}`;
  desk = openDesk(account.database, definitions);
  await act({ action: "discard", all: true, reason: "a new test" });
});

const act = async (json: object): ReturnType<Desk["ask"]> => desk.ask("POST /api/v1/quarantine", { json });
const listed = async (query = ""): Promise<Record<string, unknown>[]> =>
  (await desk.ask(`GET /api/v1/quarantine${query}`)).json["items"] as Record<string, unknown>[];
const replay = async (which: object = { all: true }): Promise<Record<string, unknown>> => {
  expect(await act({ action: "replay", ...which })).toMatchObject({ status: 202 });
  return desk.run();
};
const payload = (): object => ({ number: id, at: minute(1), email: "ana@example.com" });

/** A webhook that its receiver refuses. */
async function hook(): Promise<void> {
  const request = { body: Buffer.from(JSON.stringify(payload())), header: () => undefined };
  const context = { app: defineApp(definitions), ports: desk.ports, settings };
  expect(await receive(crm, request, context)).toMatchObject({ status: "invalid" });
}

describe("a replay", () => {
  it("of a webhook sends the events that it would have brought, and it leaves quarantine", async () => {
    await hook();
    const [input] = await listed();
    wide = true;
    const run = await replay();
    expect(run).toMatchObject({
      kind: "replay",
      name: "quarantine",
      status: "succeeded",
      progress: { done: 1, total: 1, unit: "inputs" },
      result: { replayed: 1, refused: 0, events: 1 },
    });
    expect(desk.sent).toMatchObject([
      { body: { id: `crm:${id}`, type: "person.told", cause: `quarantine/${String(input?.["id"])}` } },
    ]);
    // Duplicate detection may have seen the event's own id.
    expect(desk.sent[0]?.messageId).toBe(`crm:${id}#${String(run["id"])}`);
    expect(await listed()).toEqual([]);
    expect(await desk.records(`person|${id}`)).toMatchObject([{ outcome: "created" }]);
  });

  it("of a pulled record gives its event the id that the pull gives it", async () => {
    await takePage(store, [payload()], "pull/store/run-1/1", desk.ports, settings);
    wide = true;
    await replay({ via: "pull", name: "store" });
    expect(desk.sent).toMatchObject([{ body: { id: `store:${id}@${minute(1)}` } }]);
    expect(await listed()).toEqual([]);
  });

  it("of what stood on the queue sends it there again", async () => {
    const message = { ...event(told.type, minute(1), { number: id }), subject: `person|${id}` };
    await kept({ via: "queue", name: "events", body: JSON.stringify(message) });
    await replay({ via: "queue" });
    expect(desk.sent).toMatchObject([{ body: message, sessionId: message.subject }]);
  });

  it("in vain brings what is wrong up to date, counts the attempt, and keeps the input", async () => {
    await hook();
    const [before] = await listed();
    expect(before).toMatchObject({ attempts: 0, issues: [{ path: "email" }] });
    expect(await replay()).toMatchObject({ result: { replayed: 0, refused: 1, events: 0 } });
    await kept({ via: "receiver", name: "crm", deliveryId: "none", body: "{}" });
    await replay();
    const items = await listed();
    expect(items.map(({ attempts }) => attempts)).toEqual([1, 2]);
    expect(items[0]).toMatchObject({ issues: [{ path: "number" }, { path: "at" }, { path: "email" }] });
    expect(items[1]).toMatchObject({ at: before?.["at"], triedAt: expect.any(String) as string });
    expect(desk.sent).toEqual([]);
  });

  it.each([
    [
      "of which only the beginning was kept",
      { name: "crm", body: "x".repeat(1_100_000) },
      "only the beginning",
    ],
    ["of a receiver that is gone", { name: "gone", body: "{}" }, 'no receiver "gone" any more'],
    ["that is no JSON", { name: "crm", body: "{" }, "not JSON"],
  ])("of an input %s says so", async (_what, input, message) => {
    await kept({ via: "receiver", ...input });
    await replay();
    expect(await listed()).toMatchObject([
      { attempts: 1, issues: [{ message: expect.stringContaining(message) as string }] },
    ]);
  });

  it("counts first where it is asked to, and then does nothing", async () => {
    await hook();
    const [item] = await listed();
    wide = true;
    expect(await act({ action: "replay", via: "receiver", dryRun: true })).toMatchObject({
      status: 200,
      json: { count: 1, sample: [item?.["id"]] },
    });
    expect(desk.sent).toEqual([]);
    expect(await listed()).toHaveLength(1);
  });
});

describe("the API", () => {
  it("shows an input by the SHA-256 of its delivery; the payload to operators alone", async () => {
    await hook();
    const [item] = await listed("?via=receiver&name=crm");
    const sha = createHash("sha256").update(`receiver|crm|${id}`).digest("hex");
    expect(item).toMatchObject({ id: sha, via: "receiver", name: "crm", deliveryId: id });
    expect(item).not.toHaveProperty("payload");
    for (const shown of [sha, `quarantine%7C${sha}`]) {
      const { json } = await desk.ask(`GET /api/v1/quarantine/${shown}`);
      expect(json).toMatchObject({ id: sha, payload: { encoding: "utf8", body: JSON.stringify(payload()) } });
    }
    const issued = await desk.ask("POST /api/v1/tokens", {
      json: { name: `auditor-${n}`, roles: ["auditor"] },
    });
    const token = String(issued.json["token"]);
    const seen = await desk.ask(`GET /api/v1/quarantine/${sha}`, { token });
    expect(seen).toMatchObject({ status: 200, json: { id: sha, issues: [{ path: "email" }] } });
    expect(seen.json).not.toHaveProperty("payload");
    expect(
      (await desk.ask("POST /api/v1/quarantine", { token, json: { action: "replay", all: true } })).status,
    ).toBe(403);
    expect((await desk.ask("GET /api/v1/quarantine/none")).status).toBe(404);
  });

  it("lists by way, name and time", async () => {
    await hook();
    const at = String((await listed())[0]?.["at"]);
    const found = async (query: string): Promise<number> => (await listed(query)).length;
    expect(await found(`?since=${at}`)).toBe(1);
    expect(await found(`?until=${at}`)).toBe(0);
    expect(await found("?name=store")).toBe(0);
    expect((await desk.ask("GET /api/v1/quarantine?via=post")).status).toBe(400);
  });

  it("discards what is named, with who did it and why in the operator log", async () => {
    await hook();
    const [first] = await listed();
    id = `${id}-other`;
    await hook();
    const asked = { action: "discard", ids: [first?.["id"]], reason: "a test of theirs" };
    expect(await act(asked)).toMatchObject({ status: 200, json: { discarded: 1 } });
    expect(await listed()).toMatchObject([{ deliveryId: id }]);
    const log = await desk.ask("GET /api/v1/operator-log?action=discard&target=quarantine&limit=1");
    expect(log.json["items"]).toMatchObject([
      { actor: "operator", details: { ids: asked.ids, reason: asked.reason } },
    ]);
  });

  it.each([
    ["which", { action: "replay" }],
    ["which, but why", { action: "discard", reason: "x" }],
    ["why", { action: "discard", all: true }],
    ["an id", { action: "replay", ids: ["none"] }],
  ])("refuses what does not say %s", async (_what, json) => {
    expect(await act(json)).toMatchObject({ status: 400 });
  });
});

async function kept(
  input: Pick<QuarantineItem, "via" | "name"> & { readonly body: string; readonly deliveryId?: string },
): Promise<void> {
  const { via, name, body: text, deliveryId = id } = input;
  const at = new Date(desk.ports.clock.now()).toISOString();
  const issues = [{ path: "", message: "wrong" }];
  await quarantine(desk.ports.documents, { via, name, deliveryId, at, issues, body: Buffer.from(text) });
}
