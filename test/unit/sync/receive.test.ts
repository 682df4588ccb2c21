import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineApp, defineDocument, defineEvent, defineReceiver } from "../../../engine/define/index.ts";
import { MissingSettingError } from "../../../engine/errors/missing-setting-error.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import type { QuarantineItem } from "../../../engine/sync/quarantine.ts";
import { type Received, receive } from "../../../engine/sync/receive.ts";
import { type MemoryPorts, memoryPorts } from "./memory-ports.ts";
import { gone, person, told, toldRule } from "./shop.ts";

const body = z.strictObject({
  people: z.array(
    z.strictObject({
      number: z.string(),
      at: z.string(),
      name: z.string().optional(),
      home: z
        .string()
        // A schema of a user may throw as well as any other code.
        .refine((text) => new URL(text).protocol === "https:")
        .optional(),
    }),
  ),
});
const receiver = defineReceiver({
  source: "crm",
  verify: { settings: [], verify: () => ({ ok: true, deliveryId: "msg_1" }) },
  body,
  events: ({ people }) => people.map(({ number, name, at }) => told.of({ number, name }, { time: at })),
});
const app = defineApp({ documents: [person], rules: [toldRule], receivers: [receiver] });
const at = "2026-01-01T00:00:00Z";

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});

function take(people: unknown, through = receiver): Promise<Received> {
  const request = { body: Buffer.from(JSON.stringify({ people })), header: () => undefined };
  const context = { app, ports, settings: createSettings({}, []) };
  return receive(through, request, context);
}

/** The issues of a payload that is not valid, seen to be the ones in quarantine. */
async function refused(
  received: Promise<Received>,
  status: "invalid" | "too-large" = "invalid",
): Promise<readonly { path: string; message: string }[]> {
  const answer = await received;
  if (answer.status !== status) throw new TypeError(`it is ${answer.status}`);
  const [kept] = ports.items("control") as readonly QuarantineItem[];
  expect(kept).toMatchObject({ id: answer.quarantine, via: "receiver", issues: answer.issues });
  return answer.issues;
}

describe("a payload", () => {
  test("is taken in", async () => {
    expect(await take([{ number: "1", at }])).toEqual({ status: "accepted", ids: ["crm:msg_1"] });
    expect(ports.sent("events")).toMatchObject([{ sessionId: "person|1", messageId: "crm:msg_1" }]);
  });

  test.each([
    ["an empty part of an id", { number: "", at }, "an id part of person must be a non-empty string"],
    ["a time that is none", { number: "1", at: "yesterday" }, "no event can be made of it: "],
    ["what the schema itself fails on", { number: "1", at, home: "none" }, "no event can be made of it: "],
  ])("with %s is not valid, and kept", async (_what, wrong, message) => {
    const issues = await refused(take([wrong]));
    expect(issues).toEqual([{ path: "", message: expect.stringContaining(message) }]);
    expect(ports.sent("events")).toEqual([]);
  });

  test("with a field that is wrong is not valid, by its path", async () => {
    expect((await refused(take([{ number: 1, at }]))).map(({ path }) => path)).toEqual(["people.0.number"]);
  });

  test("with a great many faults is answered with a hundred of them and their number", async () => {
    const issues = await refused(take(Array.from({ length: 5_000 }, () => ({ at }))));
    expect([issues.length, issues.at(-1)?.message]).toEqual([101, "and 4900 more"]);
  });

  test("larger than a message is taken in, its data by way of a blob", async () => {
    const large = { number: "1", at, name: "x".repeat(1_000_000) };
    expect(await take([large])).toEqual({ status: "accepted", ids: ["crm:msg_1"] });
    const [name] = ports.blobNames();
    expect(ports.sent("events")).toMatchObject([{ sessionId: "person|1", body: { claim: { name } } }]);
  });

  test("with an event larger than 1 MiB is too large, kept, and nothing of it is sent", async () => {
    const large = { number: "1", at, name: "x".repeat(1_048_576) };
    const message = (id: string): string =>
      `the event ${id} is 1048774 bytes of JSON, and at most 1048576 are taken in; send less, or in several events`;
    expect(await refused(take([large]), "too-large")).toEqual([{ path: "", message: message("crm:msg_1") }]);
    expect(await refused(take([{ number: "2", at }, large]), "too-large")).toMatchObject([
      { message: expect.stringContaining("crm:msg_1:2") },
    ]);
    expect(ports.sent("events")).toEqual([]);
  });
});

describe("what is no fault of the payload is thrown", () => {
  test("an event that no rule takes", async () => {
    const stray = defineReceiver({
      source: "crm",
      verify: receiver.verify,
      body,
      events: ({ people }) => people.map(({ number, at: time }) => gone.of({ number }, { time })),
    });
    await expect(take([{ number: "1", at }], stray)).rejects.toThrow(
      'receiver "crm" brings person.gone, which no rule of the app takes',
    );
  });

  test("a setting that is missing", async () => {
    const hidden = defineDocument("person", { id: ["number"], schema: person.schema, pseudonymous: true });
    const event = defineEvent(told.type, { about: hidden, data: told.schema });
    const secretive = defineReceiver({
      source: "crm",
      verify: receiver.verify,
      body,
      events: ({ people }) => people.map(({ number, at: time }) => event.of({ number }, { time })),
    });
    await expect(take([{ number: "1", at }], secretive)).rejects.toThrow(MissingSettingError);
  });

  test("a schema that only works asynchronously", async () => {
    const late = defineReceiver({
      source: "crm",
      verify: receiver.verify,
      body: body.refine(async () => true),
      events: receiver.events as never,
    });
    await expect(take([{ number: "1", at }], late)).rejects.toThrow(/[Pp]romise|async/);
  });

  test.each(["queue", "documents", "blobs"] as const)("a failure of the %s", async (of) => {
    ports.failure = { of, error: new Error("it is down") };
    const number = of === "documents" ? "" : "1";
    await expect(take([{ number, at, name: "x".repeat(300_000) }])).rejects.toThrow("it is down");
    expect(ports.sent("events")).toEqual([]);
  });
});
