import { expect, test } from "vitest";
import { z } from "zod";
import { defineMysqlIntegration } from "../../../../connectors/mysql/integration.ts";
import { type DataOf, defineDocument, type Preview, type Snapshot } from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";

const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({ number: z.string(), phones: z.array(z.string()).optional() }),
});
const { destination } = defineMysqlIntegration({
  name: "people",
  on: person,
  tables: ({ many }) => ({
    people: { columns: ({ text }) => ({ number: text(3, (c) => c.number) }) },
    phones: many({
      rows: (c) => c.phones ?? [],
      columns: ({ text }) => ({ phone: text(8, (phone) => phone) }),
    }),
  }),
});

function preview(data: DataOf<typeof person> | undefined): Preview | undefined {
  const snapshot: Snapshot = { key: "person|1", entity: "person", id: "1", version: 3, known: true, data };
  return destination.preview?.(snapshot as Snapshot<never>);
}

test("a MySQL destination would be sent the rows of all its tables, without a setting", () => {
  expect(preview({ number: "1", phones: ["300", "301"] })).toEqual({
    sends: {
      rows: {
        people: [{ number: "1" }],
        phones: [
          { position: 1, phone: "300" },
          { position: 2, phone: "301" },
        ],
      },
    },
  });
});

test("it would lose all rows of a removed entity", () => {
  expect(preview(undefined)).toEqual({ sends: { removed: true } });
});

test("it would refuse what does not fit a column", () => {
  expect(() => preview({ number: "12345" })).toThrow(PermanentError);
});
