import { createHash } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { quarantine } from "../../engine/sync/quarantine.ts";
import { useAccount } from "./cosmos-account.ts";
import { Desk, keyOf } from "./erasure-desk.ts";

const account = useAccount();
beforeAll(async () => {
  for (const id of ["unified", "deliveries"]) await account.container({ id });
  await account.container({ id: "control", partitionKey: { paths: ["/id"] } });
  await account.container({ id: "operations", partitionKey: { paths: ["/run"] } });
});

let desk: Desk;
let people = 0;
/** The member of a test, and texts that nobody else has. */
let number: string;
let email: string;
let name: string;
let phone: string;
let kid: string;
beforeEach(() => {
  desk = new Desk(account.database);
  number = `7${String((people += 1)).padStart(4, "0")}`;
  email = `zoë.${number}@quetzal.example`;
  name = `Zoë "${number}" Ñandú\nPérez`;
  phone = `+5730012${number}`;
  kid = `Kid${number}`;
});

const mine = (): string[] => [email, name, phone, kid];
const sha256 = (value: string): string => createHash("sha256").update(value).digest("hex");
const input = async (via: "receiver" | "pull", body: unknown, id = "x"): Promise<void> => {
  await quarantine(desk.documents, {
    via,
    name: "club",
    deliveryId: `${number} ${id}`,
    at: new Date(desk.now).toISOString(),
    issues: [{ path: "data.email", message: `not an e-mail address: ${email}` }],
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
};

/** All that can befall a member: changes, a refusal, a large event, a failed delivery, a line, and inputs that were none. */
async function live(): Promise<void> {
  await desk.tell(number, { name, email, visits: 3 });
  await desk.tell(number, { email: `old.${email}` }, { time: desk.now - 1_000_000 });
  desk.moods.set("books", () => {
    throw new PermanentError(`refused the row of ${name}`, { request: { row: email }, response: { phone } });
  });
  await desk.tell(number, { phone, family: [{ name: kid, age: 4 }, { age: 9 }] });
  const large = await desk.tell(number, { name: `${name} ${"x".repeat(300_000)}` });
  await desk.tell(number, { phone: "poison", name });
  await desk.tell(number, { email: `next.${email}` });
  desk.moods.delete("books");
  const claims = `claims/${sha256(JSON.stringify([keyOf(number), large.id]))}`;
  await desk.ports.blobs.put(`${claims}/${sha256("data")}`, Buffer.from(JSON.stringify({ email })));
  await desk.ports.blobs.put(`audit/${sha256(keyOf(number))}/${sha256("lost")}/abc`, Buffer.from(email));
  await input("receiver", { data: { club: "Ajax", number, email: "no address", name, phone } });
  await input("pull", { club: "Ajax", number: Number(number), email: `${email}\u0007` }, "pulled");
  await input("receiver", `club=Ajax&number=${number}&email=${email}`, "form");
}

describe("an erasure", () => {
  it("leaves no personal value anywhere, and says of each place what was there", async () => {
    await live();
    expect(await desk.placesOf(mine())).not.toEqual([]);
    const { status, result } = await desk.erase(number);
    expect(status).toBe("succeeded");
    expect(await desk.placesOf(mine())).toEqual([]);
    expect(result).toMatchObject({
      key: keyOf(number),
      by: "operator",
      reason: "asked to be forgotten",
      chain: { records: 7, verified: true },
    });
    expect(result.places).toEqual([
      { place: "document", items: 4, state: "erased" },
      { place: "audit", items: 7, state: "erased" },
      { place: "blobs", items: 3, state: "erased" },
      { place: "parked", items: 2, state: "erased" },
      { place: "deliveries", items: 8, state: "erased" },
      { place: "dead-letters", items: 0, state: "nothing there" },
      { place: "quarantine", items: 3, state: "erased" },
      { place: "destination list", items: 1, state: "confirmed" },
      { place: "destination books", items: 1, state: "confirmed" },
    ]);
  });

  it("leaves what is not personal, and destinations have just that", async () => {
    await live();
    await desk.erase(number);
    const left = {
      identity: { club: "Ajax", number },
      family: [{ age: 4 }, { age: 9 }],
      visits: { count: 3 },
    };
    expect(await desk.document(number)).toMatchObject({
      data: left,
      erased: { at: expect.any(String) as string },
    });
    expect((await desk.document(number))?.parked).toBeUndefined();
    for (const destination of ["list", "books"])
      expect(desk.given.get(`${destination} ${keyOf(number)}`)?.data).toEqual(left);
  });

  it("keeps the chain: each record gives its hash, the last one says who erased and why", async () => {
    await live();
    const before = await desk.records(number);
    const { result } = await desk.erase(number);
    const after = await desk.records(number);
    expect(await desk.breaks(number)).toEqual([]);
    expect(after.slice(0, before.length).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    expect(after.map(({ personal }) => personal.salt)).toEqual(after.map(() => undefined));
    expect(after.at(-1)).toMatchObject({
      outcome: "updated",
      rule: { name: "(erasure)", hash: "" },
      reason: "erased by operator: asked to be forgotten",
      at: result.at,
      hash: result.chain.head,
    });
    expect(after.slice(4, 6).map(({ outcome, reason }) => [outcome, reason])).toEqual(
      [1, 2].map(() => ["skipped", "waited in line when it was erased by operator: asked to be forgotten"]),
    );
  });

  it("leaves others alone, whatever they share", async () => {
    await live();
    await desk.tell("shared", { name, email });
    const theirs = { data: { club: "Ajax", number: "other", email, name } };
    await input("receiver", theirs, "theirs");
    await input("receiver", { note: "Ajax", name }, "nobody's");
    await desk.erase(number);
    expect((await desk.document("shared"))?.data).toMatchObject({ contact: { email } });
    const kept = await desk.items<{ payload: { body: string } }>("control", "c.kind = 'quarantine'");
    expect(kept.map(({ payload }) => payload.body)).toContain(JSON.stringify(theirs));
    expect(kept.map(({ payload }) => payload.body)).toContain(JSON.stringify({ note: "Ajax", name }));
    const { json } = await desk.ask("POST /api/v1/entities/member/Ajax-shared/erasure", {
      json: { reason: "end" },
    });
    await desk.work();
    expect(json).toHaveProperty("run");
  });

  it("is asked for again without harm", async () => {
    await live();
    await desk.erase(number);
    const { result } = await desk.erase(number);
    expect(result.chain).toMatchObject({ records: 8, verified: true });
    expect(result.places[0]).toEqual({ place: "document", items: 0, state: "nothing there" });
    expect(await desk.placesOf(mine())).toEqual([]);
  });
});

describe("an erasure of an entity whose document the app has no more", () => {
  it("takes the document whole, and from records what is committed to", async () => {
    await desk.tell(number, { name, email, visits: 3 });
    await desk.tell(number, { phone: "poison", name });
    const before = await desk.records(number);
    desk = new Desk(account.database, { dropped: true });
    const route = `/api/v1/entities/member/Ajax-${number}/erasure`;
    const foreseen = await desk.ask(`POST ${route}`, { json: { reason: "x", dryRun: true } });
    expect([foreseen.status, foreseen.json["places"]]).toMatchObject([
      200,
      expect.arrayContaining([{ place: "document", items: 5, state: "to be erased" }]),
    ]);
    const { status, error, result } = await desk.erase(number);
    expect([status, error]).toEqual(["succeeded", undefined]);
    expect(result.chain).toMatchObject({ records: 3, verified: true });
    expect(result).toMatchObject({
      remains: { key: "whatever stands in it: the app has no definition of the document any more" },
    });
    expect(result.places.filter(({ place }) => place.startsWith("destination"))).toEqual([]);
    expect((await desk.document(number))?.data).toBeUndefined();
    const after = await desk.records(number);
    expect(after.slice(0, before.length).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    expect(await desk.placesOf(mine())).toEqual([]);
    expect((await desk.ask(`GET ${route}`)).json).toMatchObject({ status: "succeeded" });
    expect((await desk.ask("GET /api/v1/entities/gone/1/erasure")).json["detail"]).toMatch(
      /no document "gone"/,
    );
    expect((await desk.ask("GET /api/v1/entities/%00/1/erasure")).status).toBe(404);
  });
});

describe("what is nested deep", () => {
  const nested = `${"[".repeat(20_000)}"x"${"]".repeat(20_000)}`;

  it("in the input of somebody else keeps nobody from being erased", async () => {
    await desk.tell(number, { email });
    await input("receiver", `{"data":{"email":${nested}}}`, "deep");
    const { status, result } = await desk.erase(number);
    expect([status, result.chain.verified]).toEqual(["succeeded", true]);
    expect((await desk.items("control", `c.deliveryId = '${number} deep'`))[0]).not.toHaveProperty(
      "payload.erased",
    );
  });
});

describe("what comes after an erasure", () => {
  it("has no effect and no value in its record where its source saw it before", async () => {
    await live();
    const seen = desk.now;
    await desk.erase(number);
    await desk.tell(number, { email, name }, { time: seen, id: `club:${number}-late` });
    const last = (await desk.records(number)).at(-1);
    expect(last).toMatchObject({ outcome: "skipped", event: { data: { club: "Ajax", number } } });
    expect(last?.reason).toMatch(/^seen before the entity was erased at 2026-/);
    expect(await desk.placesOf(mine())).toEqual([]);
    expect(await desk.breaks(number)).toEqual([]);
  });

  it("does not wait in the line of a parked entity where its source saw it before", async () => {
    await live();
    const seen = desk.now;
    await desk.erase(number);
    await desk.tell(number, { phone: "poison" });
    await desk.tell(number, { email, name }, { time: seen, id: `club:${number}-late` });
    await desk.tell(number, { visits: 5 });
    expect((await desk.document(number))?.parked).toMatchObject({ waiting: 2 });
    expect(await desk.placesOf(mine())).toEqual([]);
    expect(await desk.breaks(number)).toEqual([]);
  });

  it("is a new fact where its source saw it since", async () => {
    await live();
    await desk.erase(number);
    await desk.tell(number, { email: "new@quetzal.example" });
    expect((await desk.document(number))?.data).toMatchObject({ contact: { email: "new@quetzal.example" } });
  });
});

describe("a destination", () => {
  const stateOf = (result: { places: readonly { place: string; state: string }[] }): string | undefined =>
    result.places.find(({ place }) => place === "destination books")?.state;

  it("that is held still has what it was given, and the receipt says since when it is held", async () => {
    await desk.tell(number, { email });
    const at = new Date(desk.now).toISOString();
    await changeDestination(desk.ports.documents, "books", (state) => ({
      ...state,
      held: { by: "ana", reason: "moving", at },
    }));
    desk.pass(2_000);
    const { result } = await desk.erase(number);
    await changeDestination(desk.ports.documents, "books", ({ held: _held, ...state }) => state);
    expect(stateOf(result)).toBe(`pending: held since ${at}; it still has what it was given before`);
  });

  it("that refuses, or is sent nothing, still has what it was given", async () => {
    await desk.tell(number, { email });
    desk.moods.set("books", () => {
      throw new PermanentError("no such column");
    });
    expect(stateOf((await desk.erase(number)).result)).toMatch(
      /^refused at .*: it still has what it was given/,
    );
    desk.moods.set("books", () => ({ status: "ignored", reason: "nothing to send" }));
    expect(stateOf((await desk.erase(number)).result)).toMatch(/^not told: its mapping sends nothing/);
  });

  it("of which no sign comes is not confirmed", async () => {
    await desk.tell(number, { email });
    desk.still = true;
    const erasing = desk.erase(number);
    const patience = setInterval(() => desk.pass(60_000), 20);
    const { status, result } = await erasing;
    clearInterval(patience);
    expect([status, stateOf(result)]).toEqual([
      "succeeded",
      "not confirmed: it may still have, and be sent, what was announced before",
    ]);
  });
});

describe("the API", () => {
  const ask = (
    asked: string,
    json?: object,
    token?: string,
  ): Promise<{ status: number; json: Readonly<Record<string, unknown>> }> =>
    desk.ask(asked, { ...(json ? { json } : {}), ...(token === undefined ? {} : { token }) });

  it("says beforehand what is where, and alters nothing", async () => {
    await live();
    const before = await desk.items("unified");
    const { status, json } = await ask(`POST /api/v1/entities/member/Ajax-${number}/erasure`, {
      reason: "x",
      dryRun: true,
    });
    expect([status, json["key"]]).toEqual([200, keyOf(number)]);
    expect(json["places"]).toEqual(
      expect.arrayContaining([
        { place: "document", items: 4, state: "to be erased" },
        { place: "audit", items: 4, state: "to be erased" },
        { place: "blobs", items: 2, state: "to be erased" },
        { place: "parked", items: 2, state: "to be erased" },
        { place: "destination list", items: 1, state: "to be told" },
      ]),
    );
    expect(await desk.items("unified")).toEqual(before);
    expect((await ask(`GET /api/v1/entities/member/Ajax-${number}/erasure`)).status).toBe(404);
  });

  it("answers 404 for who is not known, 400 for what says no reason, and is for operators alone", async () => {
    await desk.tell(number, { email });
    const route = `/api/v1/entities/member/Ajax-${number}/erasure`;
    expect((await ask("POST /api/v1/entities/member/Ajax-nobody/erasure", { reason: "x" })).status).toBe(404);
    expect((await ask("POST /api/v1/entities/nothing/1/erasure", { reason: "x" })).status).toBe(404);
    const { status, json } = await ask(`POST ${route}`, {});
    expect([status, json["issues"]]).toMatchObject([400, [{ path: "reason" }]]);
    const { json: made } = await ask("POST /api/v1/tokens", { name: `ana ${number}`, roles: ["auditor"] });
    const auditor = String(made["token"]);
    expect((await ask(`POST ${route}`, { reason: "x" }, auditor)).status).toBe(403);
    await desk.erase(number);
    expect((await ask(`GET ${route}`, undefined, auditor)).json).toMatchObject({
      kind: "erasure",
      status: "succeeded",
      result: { key: keyOf(number) },
    });
  });

  it("records who did it before it takes effect, and no value", async () => {
    await desk.tell(number, { email });
    await desk.erase(number);
    const { json } = await ask(`GET /api/v1/operator-log?target=${encodeURIComponent(keyOf(number))}`);
    expect(json["items"]).toMatchObject([
      { actor: "operator", action: "erase", details: { reason: "asked to be forgotten" } },
    ]);
  });
});

describe("a crash", () => {
  it("after any effect of an erasure changes nothing about its end", async () => {
    const facts = async (): Promise<unknown> => {
      const { result, status } = await desk.erase(number);
      const { places, chain } = result;
      // What was found before a crash and is gone is not counted after it.
      const counted = places.map((each) =>
        ["blobs", "quarantine"].includes(each.place) ? { ...each, items: 0 } : each,
      );
      return { status, counted, records: chain.records, verified: chain.verified };
    };
    const prepare = async (): Promise<void> => {
      desk = new Desk(account.database);
      await desk.clear();
      await live();
    };
    await prepare();
    const before = desk.effects;
    const expected = await facts();
    const last = desk.effects - before;
    expect(last).toBeGreaterThan(30);
    // The first three are the request's own: whoever asked sees that it failed.
    for (let effect = 4; effect <= last; effect += 1) {
      await prepare();
      desk.diesAfter = desk.effects + effect;
      expect([effect, await facts()]).toEqual([effect, expected]);
      expect([effect, await desk.placesOf(mine()), await desk.breaks(number)]).toEqual([effect, [], []]);
    }
  }, 300_000);
});
