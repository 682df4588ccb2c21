import { describe, expect, it } from "vitest";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Documents } from "../../engine/ports.ts";
import { Desk, TOKEN } from "./delivery-desk.ts";

const desk = new Desk();
const host = (): ReturnType<Desk["host"]> => desk.host();
const announced = (version: number): ReturnType<Desk["announced"]> => desk.announced(version);

describe("deliveries of an entity by two hosts", () => {
  it("are recorded, and move one watermark", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    await b.deliver(announced(2), 1);
    await a.deliver(announced(3), 1);
    expect(desk.sent).toEqual([1, 2, 3]);
    expect((await desk.records()).map(({ version, status, attempt }) => [version, status, attempt])).toEqual(
      [1, 2, 3].map((version) => [version, "delivered", 1]),
    );
    expect(await desk.item("watermark")).toMatchObject({ version: 3, known: true });
  });

  it("never go back, whatever a host remembers: a message that comes again", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    await b.deliver(announced(2), 1);
    await b.deliver(announced(3), 1);
    await a.deliver(announced(2), 2);
    await a.deliver(announced(2), 1);
    expect(desk.sent).toEqual([1, 2, 3]);
  });

  it("never go back after a host ran ahead: an announcement without its document brings the newest one", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    await desk.write(4);
    const { data: _left, ...bare } = announced(2);
    await b.deliver(bare, 1);
    await a.deliver(announced(3), 1);
    await a.deliver(announced(4), 1);
    expect(desk.sent).toEqual([1, 4]);
  });

  it("never go back after another host went on between two attempts", async () => {
    const [a, b] = [host(), host()];
    const failed = Promise.withResolvers<void>();
    desk.mood = () => {
      desk.mood = undefined;
      failed.resolve();
      throw new RetryableError("busy", { retryAfterMs: 400 });
    };
    const late = a.deliver(announced(1), 1);
    await failed.promise;
    await b.deliver(announced(1), 2);
    await b.deliver(announced(2), 1);
    await late;
    expect(desk.sent).toEqual([1, 2]);
  });
});

describe("a store whose trouble the deliverer sees", () => {
  it("shows a document older than what was announced: it is not sent, and asked again", async () => {
    await desk.write(7);
    const sound = desk.documents;
    let lagging = 2;
    const lags = async (...asked: Parameters<Documents["read"]>): Promise<unknown> => {
      const stored = await sound.read(...asked);
      if (asked[0] !== "unified" || lagging-- <= 0 || !stored) return stored;
      return { ...stored, item: { ...stored.item, version: 6 } };
    };
    desk.documents = { ...sound, read: lags as Documents["read"] };
    const { data: _left, ...bare } = announced(7);
    await host().deliver(bare, 1);
    expect(lagging).toBeLessThanOrEqual(0);
    expect(desk.sent).toEqual([7]);
    expect(await desk.records()).toMatchObject([{ version: 7, attempt: 1 }]);
  });

  it("loses the answer to what it wrote: the attempt is recorded once", async () => {
    const sound = desk.documents;
    let lost = false;
    const loses: Documents["write"] = async (...asked) => {
      const result = await sound.write(...asked);
      if (lost) return result;
      lost = true;
      throw new Error("ECONNRESET");
    };
    desk.documents = { ...sound, write: loses };
    await host().deliver(announced(1), 1);
    expect(desk.sent).toEqual([1]);
    expect(await desk.records()).toMatchObject([{ attempt: 1, status: "delivered", version: 1 }]);
    expect(await desk.item("watermark")).toMatchObject({ version: 1 });
  });

  it("would not take what was sent and answered: the record keeps the first 64 K characters of each", async () => {
    const long = "é🎉".repeat(700_000);
    desk.mood = () => ({
      status: "delivered",
      request: { body: long },
      response: { body: `${"x".repeat(65_536 - 12)}${TOKEN}` },
    });
    await host().deliver(announced(1), 1);
    const [record] = await desk.records();
    expect(record).toMatchObject({ status: "delivered", request: { truncated: true } });
    const [request, response] = [record?.request, record?.response] as { text: string }[];
    expect(request?.text).toHaveLength(65_536);
    expect(request?.text.startsWith('{"body":"é🎉é🎉')).toBe(true);
    expect(JSON.stringify(response)).not.toContain(TOKEN.slice(0, 4));
    await host().deliver(announced(1), 2);
    expect(desk.sent).toEqual([1]);
  });
});

describe("a delivery that fails", () => {
  it("is tried again, and each attempt is recorded with what was seen", async () => {
    let left = 2;
    desk.mood = () => {
      if (left-- > 0) throw new RetryableError("busy", { response: { status: 503 }, retryAfterMs: 1 });
      return { status: "delivered" };
    };
    await host().deliver(announced(1), 1);
    expect(
      (await desk.records()).map(({ status, attempt, error, response }) => [
        status,
        attempt,
        error,
        response,
      ]),
    ).toEqual([
      ["retrying", 1, "busy", { status: 503 }],
      ["retrying", 2, "busy", { status: 503 }],
      ["delivered", 3, undefined, undefined],
    ]);
  });

  it("for good is recorded as failed, does not move the watermark, and lets the next version through", async () => {
    const a = host();
    desk.mood = () => {
      throw new PermanentError("no such thing", { response: { status: 422 } });
    };
    await a.deliver(announced(1), 1);
    expect(await desk.records()).toMatchObject([{ status: "failed", version: 1, error: "no such thing" }]);
    expect(await desk.item("watermark")).toMatchObject({ version: 0, deadLetter: true });
    desk.mood = undefined;
    await a.deliver(announced(2), 1);
    expect(desk.sent).toEqual([2]);
  });

  it("waits when five attempts did not do, and counts on when it is its turn again", async () => {
    desk.mood = () => {
      throw new RetryableError("busy", { retryAfterMs: 1 });
    };
    await host().deliver(announced(1), 1);
    expect(await desk.item("pending")).toMatchObject({ first: 1, last: 1, reason: "failing", rounds: 1 });
    desk.mood = undefined;
    await desk.write(1);
    await host().deliver({ ...announced(1), wake: true }, 1);
    expect(new Set((await desk.records()).map(({ attempt }) => attempt))).toEqual(
      new Set([1, 2, 3, 4, 5, 6]),
    );
    expect(desk.sent).toEqual([1]);
    expect(await desk.item("pending")).toBeUndefined();
  });
});
