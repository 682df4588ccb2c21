import { z } from "zod";
import { describe, expect, it } from "vitest";
import {
  defineApp,
  defineDocument,
  defineEvent,
  defineIntegration,
  defineReceiver,
  defineRule,
  type IntegrationDefinition,
} from "../../../engine/define/index.ts";
import { topologyOf } from "../../../engine/define/topology.ts";
import { goneRule, person, told, toldRule, visitedRule } from "../sync/shop.ts";

const destination = { settings: [], deliver: async () => ({ status: "delivered" as const }) };

describe("an app is refused when it is defined", () => {
  it("with two rules for one event: both are named", () => {
    const second = defineRule({
      name: "second",
      on: told,
      to: person,
      apply: (current) => ({ ...current, identity: { number: "1" } }),
    });
    expect(() => defineApp({ documents: [person], rules: [toldRule, second] })).toThrow(
      /"person-from-person.told" and "second" both claim the event person.told/,
    );
  });

  it("with a rule or an integration on a document that it lacks", () => {
    const other = defineDocument("other", { id: ["number"], schema: z.object({ a: z.string() }) });
    const integration = defineIntegration({ name: "outside", on: other }, destination);
    expect(() => defineApp({ documents: [], rules: [toldRule], integrations: [integration] })).toThrow(
      /rule "person-from-person.told" alters the document "person"[^]*integration "outside" follows the document "other"/,
    );
  });

  it("with two parts of one name", () => {
    const integration = defineIntegration({ name: "twin", on: person }, destination);
    expect(() =>
      defineApp({ documents: [person], rules: [], integrations: [integration, integration] }),
    ).toThrow(/two integrations are named "twin"/);
  });
});

describe("an app with integrations on one target", () => {
  const writes = (name: string, target: string): IntegrationDefinition =>
    defineIntegration({ name, on: person }, { ...destination, target });
  const define = (...integrations: IntegrationDefinition[]): (() => unknown) => {
    return () => defineApp({ documents: [person], rules: [], integrations });
  };

  it("is refused: both are named, and the target", () => {
    expect(define(writes("one", "the table a.b"), writes("other", "the table a.b"))).toThrow(
      /integrations "one" and "other" both write the table a\.b/,
    );
  });

  it("is not where the targets differ, or are not named", () => {
    const plain = ["c", "d"].map((name) => defineIntegration({ name, on: person }, destination));
    expect(define(writes("one", "the table a.b"), writes("other", "the table a.c"), ...plain)).not.toThrow();
  });
});

describe("a definition is refused when it is made", () => {
  it("a rule that names an unknown sub-schema: both are named", () => {
    const touches = ["contct"] as never;
    const apply = (): { identity: { number: string } } => ({ identity: { number: "1" } });
    expect(() => defineRule({ name: "typo", on: told, to: person, touches, apply })).toThrow(
      /rule "typo": "contct" is no sub-schema of person/,
    );
  });

  it("an integration that waits for changes of an unknown sub-schema: both are named", () => {
    const when = { changed: ["contct"] as never };
    expect(() => defineIntegration({ name: "marketing", on: person, when }, destination)).toThrow(
      /integration "marketing": "contct" is no sub-schema of person/,
    );
  });

  it("a rule whose event speaks of another document", () => {
    const other = defineDocument("other", { id: ["number"], schema: z.object({ a: z.string() }) });
    expect(() => defineRule({ on: told, to: other, apply: () => ({ a: "" }) })).toThrow(
      /alters other, but person.told speaks of person/,
    );
  });

  it("an event whose data lacks a part of the id", () => {
    const data = z.object({ name: z.string() }) as never;
    expect(() => defineEvent("person.bare", { about: person, data })).toThrow(/lacks "number"/);
  });

  it("a document with a member that may be empty but is not optional", () => {
    const schema = z.object({ contact: z.object({ email: z.string().optional() }) });
    expect(() => defineDocument("loose", { id: ["number"], schema })).toThrow(/"contact" may be empty/);
  });

  it.each(["CRM", "", "a b", "x".repeat(49)])("a receiver of the source %j", (source) => {
    const verify = { settings: [], verify: () => ({ ok: true, deliveryId: "1" }) as const };
    expect(() => defineReceiver({ source, verify, body: z.object({}), events: () => [] })).toThrow(
      /names are/,
    );
  });
});

describe("the topology of an app", () => {
  it("has a subscription per integration, filtered by document and sub-schemas; removals always pass", () => {
    const all = defineIntegration({ name: "all", on: person }, destination);
    const some = defineIntegration(
      { name: "some", on: person, when: { changed: ["contact", "visits"] } },
      destination,
    );
    const app = defineApp({
      documents: [person],
      rules: [toldRule, goneRule, visitedRule],
      integrations: [all, some],
    });
    expect(topologyOf(app).topics[0]?.subscriptions.map(({ name, filter }) => [name, filter])).toEqual([
      ["all", "only = 'all' OR (only IS NULL AND entity = 'person')"],
      [
        "some",
        String.raw`only = 'some' OR (only IS NULL AND entity = 'person' AND (removed = TRUE OR changed LIKE '%|contact|%' ESCAPE '\' OR changed LIKE '%|visits|%' ESCAPE '\'))`,
      ],
    ]);
  });
});
