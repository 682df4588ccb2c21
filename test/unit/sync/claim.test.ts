import { beforeEach, describe, expect, test } from "vitest";
import { auditId } from "../../../engine/audit/record.ts";
import type { CloudEvent } from "../../../engine/define/index.ts";
import { TooLargeError } from "../../../engine/errors/too-large-error.ts";
import type { OutgoingMessage } from "../../../engine/ports.ts";
import type { ClaimingEvent } from "../../../engine/sync/claim.ts";
import { openEvent } from "../../../engine/sync/open-event.ts";
import { sendEvents } from "../../../engine/sync/send-events.ts";
import { type MemoryPorts, memoryPorts } from "./memory-ports.ts";
import { event, fold, minute, told } from "./shop.ts";

const small = (name = "Ana"): CloudEvent => event(told.type, minute(1), { name });
const large = (letter = "ñ"): CloudEvent => small(letter.repeat(150_000));

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});
const sent = (): readonly OutgoingMessage[] => ports.sent("events");
/** The message that was sent `n`th, as a consumer gets it. */
const got = (n: number): ClaimingEvent => JSON.parse(JSON.stringify(sent()[n]?.body)) as ClaimingEvent;

describe("an event", () => {
  test("that a message holds travels as it is, its id the message's", async () => {
    const whole = small();
    await sendEvents([whole], ports);
    expect(sent()).toMatchObject([{ body: whole, sessionId: whole.subject, messageId: whole.id }]);
    expect(await openEvent(got(0), ports)).toEqual({ event: whole });
  });

  test("that no message holds leaves its data in a blob, and is whole again when it is opened", async () => {
    const whole = large();
    await sendEvents([whole], ports);
    const { data, ...rest } = whole;
    expect(got(0)).toEqual({ ...rest, claim: expect.any(Object) as unknown });
    expect(got(0).claim.bytes).toBe(Buffer.byteLength(JSON.stringify(data)));
    expect(await openEvent(got(0), ports)).toEqual({ event: whole, claim: got(0).claim });
  });

  test("among others keeps its place, large or not", async () => {
    const events = [small(), large(), small(), large(), large(), small()];
    await sendEvents(events, ports);
    expect(sent().map(({ body }) => (body as CloudEvent).id)).toEqual(events.map(({ id }) => id));
  });

  test("of more than 1 MiB is refused, and nothing is sent or stored, of the others neither", async () => {
    await expect(sendEvents([large(), small("x".repeat(1_048_576))], ports)).rejects.toThrow(TooLargeError);
    expect([sent(), ports.blobNames()]).toEqual([[], []]);
  });

  test("whose data cannot be stored is not sent", async () => {
    ports.failure = { of: "blobs", error: new Error("it is down") };
    await expect(sendEvents([large()], ports)).rejects.toThrow("it is down");
    expect(sent()).toEqual([]);
  });

  test("that is sent again with a suffix is another message, whose id still has at most 128 characters", async () => {
    const long = { ...small(), id: `crm:${"1".repeat(124)}` };
    const short = small();
    await sendEvents([long, short], ports);
    await sendEvents([long, short], ports, { suffix: "run-7" });
    expect(sent()).toHaveLength(4);
    expect(sent().map(({ messageId }) => messageId.length <= 128)).toEqual([true, true, true, true]);
    expect(sent()[3]?.messageId).toBe(`${short.id}#run-7`);
  });
});

describe("a large event that is sent twice", () => {
  test("has a message for each time, so that somebody deletes what each stored", async () => {
    const whole = large();
    await sendEvents([whole], ports);
    await ports.blobs.delete(got(0).claim.name);
    await sendEvents([whole], ports);
    expect(sent()).toHaveLength(2);
    expect(await openEvent(got(1), ports)).toMatchObject({ event: whole });
  });

  test("with other data the second time does not take the first one's away", async () => {
    const first = large("é");
    await sendEvents([first], ports);
    await sendEvents([{ ...large("ü"), id: first.id }], ports);
    expect(await openEvent(got(0), ports)).toMatchObject({ event: first });
  });
});

describe("a message whose blob is gone", () => {
  const whole = large();
  beforeEach(async () => {
    await sendEvents([whole], ports);
    await ports.blobs.delete(got(0).claim.name);
  });

  test("is known where the event was processed: what it changed is announced again", async () => {
    const [record] = fold([whole]).records;
    if (!record) throw new TypeError("no record");
    await ports.documents.write("unified", whole.subject, [{ op: "create", item: record }]);
    expect(record.id).toBe(auditId(whole.id));
    expect(await openEvent(got(0), ports)).toMatchObject({
      known: [{ sessionId: whole.subject, body: { version: 1, eventId: whole.id } }],
    });
  });

  test("is known where the event waits in its entity's line", async () => {
    const item = { id: `parked|${whole.id}`, kind: "parked", key: whole.subject };
    await ports.documents.write("unified", whole.subject, [{ op: "create", item }]);
    expect(await openEvent(got(0), ports)).toEqual({ known: [] });
  });

  test("is no event where nothing was made of it, and says which data is lost", async () => {
    const { name } = got(0).claim;
    expect(await openEvent(got(0), ports)).toEqual({
      issues: [
        {
          path: "claim",
          message:
            `the data of the event ${whole.id} is lost: the blob ${name} is not there; ` +
            "have its source send it again",
        },
      ],
    });
  });

  test("is no event where something else is in its place", async () => {
    await ports.blobs.put(got(0).claim.name, Buffer.from("{}"));
    expect(await openEvent(got(0), ports)).toMatchObject({
      issues: [{ message: expect.stringContaining("holds other bytes than were put there") as unknown }],
    });
  });
});

describe("what cannot be opened", () => {
  test.each(["audit/x", "claims/../audit/x"])("is a claim on another blob (%s)", async (name) => {
    await sendEvents([large()], ports);
    const message = { ...got(0), claim: { ...got(0).claim, name } };
    expect(await openEvent(message, ports)).toMatchObject({ issues: [{ path: "data" }] });
  });

  test("is what is no event, claim or not", async () => {
    await sendEvents([large()], ports);
    expect(await openEvent({ ...got(0), subject: "nobody" }, ports)).toMatchObject({
      issues: [{ path: "subject" }],
    });
    expect(await openEvent("junk", ports)).toMatchObject({ issues: [{ path: "" }] });
  });

  test("is anything while blobs or documents fail: that rejects", async () => {
    await sendEvents([large()], ports);
    for (const of of ["blobs", "documents"] as const) {
      if (of === "documents") await ports.blobs.delete(got(0).claim.name);
      ports.failure = { of, error: new Error("it is down") };
      await expect(openEvent(got(0), ports)).rejects.toThrow("it is down");
      ports.failure = undefined;
    }
  });
});
