import { createHash } from "node:crypto";
import type { Database } from "@azure/cosmos";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import type { CloudEvent } from "../../engine/define/index.ts";
import { createProcessor } from "../../engine/sync/process.ts";
import { eraseEvent, retryEvent, skipEvent, undoEvent } from "../../engine/sync/control.ts";
import app from "../../functions/app.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";

const ANA = "customer|CC-1020";
const LUIS = "customer|CC-1021";
const EVA = "customer|CC-1022";
const ACME = "customer|NIT-900";
const IVO = "customer|CC-1023";

/**
 * The days that docs/how-to/ask-cosmos.md tells of, through the real processor of the real app: what five customers'
 * sources said, and what operators did. Only the clock is ours, so that the answers are always the same.
 */
export async function playAuditedDays(database: Database): Promise<void> {
  const ports = { ...memoryPorts(), documents: cosmosDocuments(database) };
  let now = 0;
  let build = 1;
  const clock = { now: () => now };
  const topic = { publish: async () => {} };
  const hash = (): string => createHash("sha256").update(`build ${build}`).digest("hex");
  const processor = createProcessor(app, { ...ports, clock }, topic, hash);
  const at = async (time: string, event: CloudEvent): Promise<void> => {
    now = Date.parse(time);
    await processor.process([event]);
  };

  await at(
    "2026-03-02T09:00:01Z",
    contact(ANA, "msg_1", "2026-03-02T09:00:00Z", {
      givenName: "Ana",
      email: "ana@example.com",
      marketingConsent: true,
    }),
  );
  await at(
    "2026-03-02T10:00:01Z",
    contact(LUIS, "msg_2", "2026-03-02T10:00:00Z", { email: "luis@example.com" }),
  );
  for (const [second, page, key, orders] of [
    [1, 1, ANA, 2],
    [2, 1, LUIS, 1],
    [3, 2, ACME, 7],
  ] as const) {
    await at(
      `2026-03-02T23:00:0${second}Z`,
      purchases(key, "2026-03-02T22:30:00Z", orders, `pull/store/run-7/${page}`),
    );
  }
  await at(
    "2026-03-03T09:00:01Z",
    contact(ANA, "msg_3", "2026-03-03T09:00:00Z", { email: "ana@new.example.com" }),
  );
  // Late: what the CRM saw before the address changed.
  await at(
    "2026-03-03T09:30:00Z",
    contact(ANA, "msg_4", "2026-03-02T18:00:00Z", { email: "ana@old.example.com", phone: "+573001234567" }),
  );
  await at(
    "2026-03-03T11:00:00Z",
    contact(ANA, "msg_5", "2026-03-02T17:00:00Z", { email: "ana@older.example.com" }),
  );

  build = 2;
  await at(
    "2026-03-04T09:00:01Z",
    event(LUIS, "crm", "crm:msg_6", "crm.contact.removed", "2026-03-04T09:00:00Z", {}),
  );
  await at(
    "2026-03-05T09:00:01Z",
    contact(EVA, "msg_7", "2026-03-05T09:00:00Z", { email: "eva at example.com" }),
  );
  await at(
    "2026-03-05T09:10:01Z",
    contact(EVA, "msg_8", "2026-03-05T09:10:00Z", { email: "eva@example.com" }),
  );
  await at("2026-03-05T10:00:01Z", contact(IVO, "msg_9", "2026-03-05T10:00:00Z", { email: "none" }));

  const skip = {
    eventId: "crm:msg_9",
    reason: "a test of theirs",
    actor: "ana",
    at: "2026-03-06T08:00:00.000Z",
  };
  await at("2026-03-06T08:00:01Z", skipEvent(IVO, skip));
  await at("2026-03-06T08:30:00Z", retryEvent(EVA, "run-8", "2026-03-06T08:30:00.000Z"));
  const wrong = {
    culprit: { cause: "pull/store/run-7" },
    run: "run-9",
    reason: "counted twice",
    actor: "ana",
  };
  await at("2026-03-06T09:00:00Z", undoEvent(ACME, wrong, "2026-03-06T09:00:00.000Z"));
  const asked = { run: "run-10", reason: "request 17", actor: "eva" };
  await at("2026-03-06T10:00:00Z", eraseEvent(LUIS, asked, "2026-03-06T10:00:00.000Z"));
}

function contact(key: string, delivery: string, time: string, facts: object): CloudEvent {
  return event(key, "crm", `crm:${delivery}`, "crm.contact.upserted", time, facts);
}

function purchases(key: string, time: string, orders: number, cause: string): CloudEvent {
  const facts = { orders, totalSpent: `${orders * 10}`, currency: "EUR", lastOrderAt: null };
  const id = `store:${key.slice("customer|".length)}@${iso(time)}`;
  return { ...event(key, "store", id, "store.customer", time, facts), cause };
}

function event(
  key: string,
  source: string,
  id: string,
  type: string,
  time: string,
  facts: object,
): CloudEvent {
  const [documentType, documentNumber] = key.slice("customer|".length).split("-");
  return {
    specversion: "1.0",
    id,
    source,
    type,
    subject: key,
    time: iso(time),
    datacontenttype: "application/json",
    data: { documentType, documentNumber, ...facts },
  };
}

function iso(time: string): string {
  return new Date(time).toISOString();
}
