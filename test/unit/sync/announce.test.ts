import { describe, expect, it } from "vitest";
import { defineIntegration } from "../../../engine/define/index.ts";
import { announcementFor, announcementOf } from "../../../engine/sync/announce.ts";
import type { EntityState } from "../../../engine/sync/fold.ts";
import { event, fold, minute, person, told } from "./shop.ts";

/** What is announced of an event, given those before it. */
function announced(source: string, time: string, data: object, from?: EntityState) {
  const { state, records } = fold([event(told.type, time, data, source)], from);
  const [record] = records;
  if (!record) throw new Error("no record");
  return { state, message: announcementOf(record, state.data) };
}

describe("an announcement", () => {
  it("says what changed, and carries the document", () => {
    const { message } = announced("crm", minute(1), { email: "a@example.com" });
    expect(message).toMatchObject({
      sessionId: "person|1",
      properties: { entity: "person", removed: false, changed: "|contact|identity|", echo: "crm" },
      body: { version: 1, data: { contact: { email: "a@example.com" } } },
    });
  });

  it("is not made of an event that changed nothing", () => {
    const { state } = announced("crm", minute(1), { email: "a@example.com" });
    expect(announced("crm", minute(2), { email: "a@example.com" }, state).message).toBeUndefined();
  });

  it("names the source as its own echo only where all that the source said stands", () => {
    const { state } = announced("shop", minute(5), { email: "new@example.com" });
    const { message } = announced("crm", minute(1), { email: "old@example.com", phone: "1" }, state);
    expect(message?.body).toMatchObject({ data: { contact: { email: "new@example.com", phone: "1" } } });
    expect(message?.properties).not.toHaveProperty("echo");
  });

  it("for one integration carries no document, and is in the entity's session", () => {
    const what = { key: "person|1", entity: "person", id: "1", version: 3, eventId: "crm:9" };
    expect(announcementFor("list", what)).toMatchObject({
      sessionId: "person|1",
      properties: { only: "list" },
      body: { ...what, wake: true },
    });
  });
});

describe("an integration with echoes", () => {
  it("wants the name of a source", () => {
    const destination = { settings: [], deliver: async () => ({ status: "delivered" as const }) };
    expect(() => defineIntegration({ name: "list", on: person, echoes: "CRM'" }, destination)).toThrow(
      `integration "list": the source "CRM'" that it echoes must be`,
    );
  });
});
