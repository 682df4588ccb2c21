import fc from "fast-check";
import { expect, it } from "vitest";
import { BLANK, replayRecord } from "../../../engine/audit/replay.ts";
import { event, fold, gone, minute, told, visited } from "../sync/shop.ts";

const facts = fc.record(
  {
    name: fc.option(fc.constantFrom("Ana", "Eva", "nobody")),
    email: fc.option(fc.constantFrom("a@x.co", "b@x.co")),
    tags: fc.option(fc.array(fc.constantFrom("a", "b"), { maxLength: 2 })),
    consent: fc.option(fc.boolean()),
  },
  { requiredKeys: [] },
);
const events = fc.array(
  fc
    .tuple(
      fc.constantFrom(told.type, told.type, gone.type, visited.type),
      fc.integer({ min: 0, max: 9 }),
      facts,
      fc.constantFrom("crm", "store"),
    )
    .map(([type, at, data, source]) => event(type, minute(at), type === told.type ? data : {}, source)),
  { maxLength: 12 },
);

it("gives, record by record, the state that folding the events gave", () => {
  fc.assert(
    fc.property(events, (all) => {
      const { state, records } = fold(all);
      const { observed: _observed, ...expected } = state;
      // As the store gives them back.
      const stored = JSON.parse(JSON.stringify(records)) as typeof records;
      expect(stored.reduce(replayRecord, BLANK)).toEqual(expected);
    }),
  );
});
