import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { createDeliverer, type Deliverer } from "../../engine/deliveries/deliver.ts";
import type { DeliveryRecord } from "../../engine/deliveries/records.ts";
import { type Attempt, defineIntegration, secret, type Snapshot } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Documents, Ports } from "../../engine/ports.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { person } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";

const key = "person|1";
const TOKEN = "tok-planted-7f3a";
const account = useAccount();
let documents: Documents;
let sent: number[];
let mood: ((snapshot: Snapshot) => Attempt) | undefined;

beforeAll(async () => {
  for (const id of ["deliveries", "unified"]) await account.container({ id });
});
beforeEach(async () => {
  for (const id of ["deliveries", "unified"]) {
    await account.database.container(id).deleteAllItemsForPartitionKey(key);
  }
  documents = cosmosDocuments(account.database);
  sent = [];
  mood = undefined;
});

/** A host of its own: what it remembers, the others do not know. */
function host(): Deliverer {
  const integration = defineIntegration(
    { name: "list", on: person },
    {
      settings: [],
      deliver: async (snapshot: Snapshot) => {
        const attempt = mood?.(snapshot) ?? { status: "delivered" };
        sent.push(snapshot.version);
        return attempt;
      },
    },
  );
  const never = (): never => {
    throw new Error("not needed here");
  };
  const ports: Ports = {
    documents,
    queue: never,
    topic: never,
    clock: { now: () => Date.now() },
    log: () => {},
  };
  return createDeliverer(integration, ports, createSettings({ API_TOKEN: TOKEN }, [secret("API_TOKEN")]));
}

const announced = (version: number): Announcement => ({
  key,
  entity: "person",
  id: "1",
  version,
  eventId: `crm:${version}`,
  removed: false,
  data: { identity: { number: "1" } },
});
const records = async (): Promise<readonly DeliveryRecord[]> => {
  const text = "SELECT * FROM c WHERE c.kind = 'delivery' ORDER BY c.at";
  return (await documents.query<DeliveryRecord>("deliveries", { text, partition: key })).items;
};

describe("deliveries of an entity by two hosts", () => {
  it("are recorded, and move one watermark", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    await b.deliver(announced(2), 1);
    await a.deliver(announced(3), 1);
    expect(sent).toEqual([1, 2, 3]);
    expect((await records()).map(({ version, status, attempt }) => [version, status, attempt])).toEqual(
      [1, 2, 3].map((version) => [version, "delivered", 1]),
    );
    const mark = await documents.read<{ id: string; version: number }>("deliveries", key, "watermark|list");
    expect(mark?.item.version).toBe(3);
  });

  it("never go back, whatever a host remembers: a message that comes again", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    await b.deliver(announced(2), 1);
    await b.deliver(announced(3), 1);
    await a.deliver(announced(2), 2);
    await a.deliver(announced(2), 1);
    expect(sent).toEqual([1, 2, 3]);
  });

  it("never go back after a host ran ahead: an announcement without its document brings the newest one", async () => {
    const [a, b] = [host(), host()];
    await a.deliver(announced(1), 1);
    const state = { data: { identity: { number: "1" } }, version: 4, sequence: 4, head: null, observed: {} };
    const item = documentItem(key, state, new Date().toISOString());
    await documents.write("unified", key, [{ op: "create", item }]);
    const { data: _left, ...bare } = announced(2);
    await b.deliver(bare, 1);
    await a.deliver(announced(3), 1);
    await a.deliver(announced(4), 1);
    expect(sent).toEqual([1, 4]);
  });

  it("never go back after another host went on between two attempts", async () => {
    const [a, b] = [host(), host()];
    const failed = Promise.withResolvers<void>();
    mood = () => {
      mood = undefined;
      failed.resolve();
      throw new RetryableError("busy", { retryAfterMs: 400 });
    };
    const late = a.deliver(announced(1), 1);
    await failed.promise;
    await b.deliver(announced(1), 2);
    await b.deliver(announced(2), 1);
    await late;
    expect(sent).toEqual([1, 2]);
  });
});

describe("a store whose trouble the deliverer sees", () => {
  it("shows a document older than what was announced: it is not sent, and asked again", async () => {
    const state = { data: { identity: { number: "1" } }, sequence: 7, head: null, observed: {} };
    const at = new Date().toISOString();
    await documents.write("unified", key, [
      { op: "create", item: documentItem(key, { ...state, version: 7 }, at) },
    ]);
    const sound = documents;
    let lagging = 2;
    const lags = async (...asked: Parameters<Documents["read"]>): Promise<unknown> => {
      const stored = await sound.read(...asked);
      if (asked[0] !== "unified" || lagging-- <= 0 || !stored) return stored;
      return { ...stored, item: { ...stored.item, version: 6 } };
    };
    documents = { ...sound, read: lags as Documents["read"] };
    const { data: _left, ...bare } = announced(7);
    await host().deliver(bare, 1);
    expect(lagging).toBeLessThanOrEqual(0);
    expect(sent).toEqual([7]);
    expect(await records()).toMatchObject([{ version: 7, attempt: 1 }]);
  });

  it("loses the answer to what it wrote: the attempt is recorded once", async () => {
    const sound = documents;
    let lost = false;
    const loses: Documents["write"] = async (...asked) => {
      const result = await sound.write(...asked);
      if (lost) return result;
      lost = true;
      throw new Error("ECONNRESET");
    };
    documents = { ...sound, write: loses };
    await host().deliver(announced(1), 1);
    expect(sent).toEqual([1]);
    expect(await records()).toMatchObject([{ attempt: 1, status: "delivered", version: 1 }]);
    const mark = await sound.read<{ id: string; version: number }>("deliveries", key, "watermark|list");
    expect(mark?.item.version).toBe(1);
  });

  it("would not take what was sent and answered: the record keeps the first 64 K characters of each", async () => {
    const long = "é🎉".repeat(700_000);
    mood = () => ({
      status: "delivered",
      request: { body: long },
      response: { body: `${"x".repeat(65_536 - 12)}${TOKEN}` },
    });
    await host().deliver(announced(1), 1);
    const [record] = await records();
    expect(record).toMatchObject({ status: "delivered", request: { truncated: true } });
    const [request, response] = [record?.request, record?.response] as { text: string }[];
    expect(request?.text).toHaveLength(65_536);
    expect(request?.text.startsWith('{"body":"é🎉é🎉')).toBe(true);
    expect(JSON.stringify(response)).not.toContain(TOKEN.slice(0, 4));
    await host().deliver(announced(1), 2);
    expect(sent).toEqual([1]);
  });
});

describe("a delivery that fails", () => {
  it("is tried again, and each attempt is recorded with what was seen", async () => {
    let left = 2;
    mood = () => {
      if (left-- > 0) throw new RetryableError("busy", { response: { status: 503 }, retryAfterMs: 1 });
      return { status: "delivered" };
    };
    await host().deliver(announced(1), 1);
    expect(
      (await records()).map(({ status, attempt, error, response }) => [status, attempt, error, response]),
    ).toEqual([
      ["retrying", 1, "busy", { status: 503 }],
      ["retrying", 2, "busy", { status: 503 }],
      ["delivered", 3, undefined, undefined],
    ]);
  });

  it("for good is recorded as failed, does not move the watermark, and lets the next version through", async () => {
    const a = host();
    mood = () => {
      throw new PermanentError("no such thing", { response: { status: 422 } });
    };
    await a.deliver(announced(1), 1);
    expect(await records()).toMatchObject([{ status: "failed", version: 1, error: "no such thing" }]);
    expect(await documents.read("deliveries", key, "watermark|list")).toBeUndefined();
    mood = undefined;
    await a.deliver(announced(2), 1);
    expect(sent).toEqual([2]);
  });

  it("returns its message when five attempts did not do, and counts on when that comes again", async () => {
    mood = () => {
      throw new RetryableError("busy", { retryAfterMs: 1 });
    };
    await expect(host().deliver(announced(1), 1)).rejects.toThrow(RetryableError);
    mood = undefined;
    await host().deliver(announced(1), 2);
    expect(new Set((await records()).map(({ attempt }) => attempt))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(sent).toEqual([1]);
  });
});
