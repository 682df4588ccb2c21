import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { TooLargeError } from "../../../engine/errors/too-large-error.ts";
import type { OutgoingMessage, Queue } from "../../../engine/ports.ts";

/** A message as a consumer got it. */
export interface Got {
  readonly body: unknown;
  readonly sessionId: string | undefined;
  readonly messageId: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What every queue (and topic) must do, given a way to receive `count` messages of a session. */
export function sendersContract(
  open: () => { send: Queue["send"]; receive: (session: string, count: number) => Promise<Got[]> },
): void {
  let { send, receive }: ReturnType<typeof open> = { send: async () => {}, receive: async () => [] };
  let session: string;
  beforeEach(() => {
    ({ send, receive } = open());
    session = `customer|${randomUUID()}`;
  });
  const message = (n: number, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    body: { n },
    sessionId: session,
    messageId: `${session}:${n}`,
    ...more,
  });

  describe("sending", () => {
    it("brings body, session, id and properties to the consumer", async () => {
      const properties = { entity: "customer", removed: false, count: 3 };
      await send([message(1, { body: { text: "ñ", list: [1, null], big: 1.5 }, properties })]);
      expect(await receive(session, 1)).toEqual([
        {
          body: { text: "ñ", list: [1, null], big: 1.5 },
          sessionId: session,
          messageId: `${session}:1`,
          properties,
        },
      ]);
    });

    it("keeps the order of a session, within a call and over calls that overlap", async () => {
      const calls = Array.from({ length: 20 }, (_, call) =>
        Array.from({ length: 10 }, (_, n) => message(call * 10 + n)),
      );
      await Promise.all(calls.map((messages) => send(messages)));
      const got = await receive(session, 200);
      expect(got.map(({ body }) => (body as { n: number }).n)).toEqual(
        Array.from({ length: 200 }, (_, n) => n),
      );
    });

    it("carries more than fits one batch", async () => {
      const text = "x".repeat(60_000);
      await send(Array.from({ length: 12 }, (_, n) => message(n, { body: { n, text } })));
      expect(await receive(session, 12)).toHaveLength(12);
    });

    it("lets consumers see a message from its time on; what is sent after it does not wait for it", async () => {
      const at = Date.now() + 1_500;
      await send([message(1, { notBefore: new Date(at).toISOString(), properties: { entity: "customer" } })]);
      await send([message(2)]);
      expect(await receive(session, 1)).toMatchObject([{ body: { n: 2 } }]);
      expect(await receive(session, 1)).toEqual([
        {
          body: { n: 1 },
          sessionId: session,
          messageId: `${session}:1`,
          properties: { entity: "customer" },
        },
      ]);
      expect(Date.now()).toBeGreaterThanOrEqual(at);
    });

    it("throws TooLargeError for a message that no broker takes; the others of that moment go out", async () => {
      const large = send([message(1, { body: { text: "x".repeat(1_200_000) } })]);
      const small = send([message(2)]);
      await expect(large).rejects.toThrow(TooLargeError);
      await small;
      expect(await receive(session, 1)).toMatchObject([{ body: { n: 2 } }]);
    });
  });
}
