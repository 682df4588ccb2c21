import rhea from "rhea";
import { describe, expect, test } from "vitest";
import { defineDocument, defineApp, defineIntegration } from "../../../engine/define/index.ts";
import { topologyOf } from "../../../engine/define/topology.ts";
import { MessageView } from "../../../infra/local/servicebus/filter/message-view.ts";
import { sqlFilter } from "../../../infra/local/servicebus/filter/sql-filter.ts";
import { parseMessage } from "../../../infra/local/servicebus/wire/content.ts";
import { z } from "zod";

type Properties = Readonly<Record<string, string | number | boolean | null>>;

function passes(expression: string, properties: Properties): boolean {
  const encoded = rhea.message.encode({ application_properties: { ...properties }, body: "b" });
  return sqlFilter(expression)(new MessageView(parseMessage(encoded).content));
}

/** What an announcement may say: each property in each of its states. */
const ONLY = [undefined, "x", "y"];
const ENTITY = [undefined, "customer", "item"];
const REMOVED = [undefined, true, false];
const CHANGED = [undefined, "", "|a|", "|b|a|c|", "|b|", "|ba|", "a", "|A|"];
const ECHO = [undefined, "crm", "store", "CRM"];

const said = ONLY.flatMap((only) =>
  ENTITY.flatMap((entity) =>
    REMOVED.flatMap((removed) =>
      CHANGED.flatMap((changed) => ECHO.map((echo) => ({ only, entity, removed, changed, echo }))),
    ),
  ),
);

/** The filter of an integration `x` that wants `a` of customers, and echoes nothing to `crm`, in plain words. */
function wanted({ only, entity, removed, changed, echo }: (typeof said)[number]): boolean {
  if (only !== undefined) return only === "x";
  if (entity !== "customer" || echo === "crm") return false;
  return removed === true || (changed?.includes("|a|") ?? false);
}

describe("the filter of an integration's subscription", () => {
  const filter = String.raw`only = 'x' OR (only IS NULL AND entity = 'customer' AND (removed = TRUE OR changed LIKE '%|a|%' ESCAPE '\') AND (echo IS NULL OR echo <> 'crm'))`;

  test(`decides each of ${said.length} announcements as it reads, absent properties included`, () => {
    expect(said.filter(wanted).length).toBeGreaterThan(20);
    const wrong = said.filter((announcement) => {
      const properties = Object.fromEntries(
        Object.entries(announcement).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      );
      return passes(filter, properties) !== wanted(announcement);
    });
    expect(wrong).toEqual([]);
  });

  test("takes a property that is null for one that is absent, and one of another kind for a match of nothing", () => {
    const announcement = { entity: "customer", changed: "|a|" };
    expect(passes(filter, { ...announcement, only: null, echo: null })).toBe(true);
    expect(passes(filter, { ...announcement, echo: 7 })).toBe(false);
    expect(passes(filter, { ...announcement, only: 7 })).toBe(false);
    expect(passes(filter, { ...announcement, changed: 7, removed: "true" })).toBe(false);
  });

  test("is what the engine writes, pattern characters of a sub-schema's name taken as they are", () => {
    const customer = defineDocument("customer", {
      id: ["number"],
      schema: z.strictObject({
        identity: z.strictObject({ number: z.string() }),
        a_b: z.strictObject({ c: z.string() }).optional(),
      }),
    });
    const integration = defineIntegration(
      { name: "x", on: customer, when: { changed: ["a_b"] } },
      { settings: [], deliver: async () => ({ status: "delivered" }) },
    );
    const app = defineApp({ documents: [customer], rules: [], integrations: [integration] });
    const written = topologyOf(app).topics[0]?.subscriptions[0]?.filter ?? "";
    expect(passes(written, { entity: "customer", changed: "|a_b|" })).toBe(true);
    expect(passes(written, { entity: "customer", changed: "|axb|" })).toBe(false);
    expect(passes(written, { entity: "customer", changed: "|axb|", only: "x" })).toBe(true);
    expect(passes(written, { entity: "customer", changed: "|a_b|", only: "y" })).toBe(false);
  });
});
