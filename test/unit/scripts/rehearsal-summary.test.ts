import { expect, it } from "vitest";
import { NO_TALLY, type Tally } from "../../../engine/audit/rehearse/tally.ts";
import { summaryOf } from "../../../scripts/rehearse/summary.ts";

it("a summary says what would differ, the most frequent first, and shows the samples", () => {
  const tally: Tally = {
    entities: 3,
    events: 9,
    rerun: 7,
    erased: 1,
    undone: 2,
    documents: 2,
    fields: { "contact.email": 1, "address.city": 2 },
    more: 4,
    deliveries: { crm: 2 },
    failing: { crm: 1 },
    parked: 1,
    unreadable: 1,
    samples: [
      {
        key: "person|1",
        changes: [{ path: "address.city", now: "Cali" }],
        more: 3,
        deliveries: ["crm"],
        failing: { crm: "the mapping threw Error" },
        parked: { eventId: "crm:1", reason: 'rule "r": threw Error' },
      },
    ],
  };
  expect(summaryOf(tally)).toBe(`9 records of 3 entities in scope, 7 run again, 1 not, because of an erasure
2 undos applied as recorded: what the rules would make of them is not told
1 entity left out: a large record of it could not be read (see --blob)

2 documents would differ; 1 entity would be parked.

fields
  address.city   2
  contact.email  1
  … and 4 differences in other fields

deliveries
  crm  2

of these refused, because the mapping fails
  crm  1

samples
  person|1
    address.city: "Cali" → nothing
    … and 3 more
    delivered otherwise: crm
    crm would be refused: the mapping threw Error
    would be parked at crm:1: rule "r": threw Error
`);
});

it("a summary of nothing says so", () => {
  expect(summaryOf({ ...NO_TALLY, entities: 1, events: 1, rerun: 1 })).toBe(
    "1 record of 1 entity in scope, 1 run again\n\nNothing would differ.\n",
  );
});

it.each([
  [{ documents: 1 }, "1 document would differ."],
  [{ documents: 2 }, "2 documents would differ."],
  [{ parked: 1 }, "1 entity would be parked."],
  [{ documents: 2, parked: 3 }, "2 documents would differ; 3 entities would be parked."],
  [{ entities: 0, events: 0 }, "Nothing was run again."],
  [{ documents: 1, more: 1 }, "… and 1 difference in other fields"],
  [{ undone: 1 }, "1 undo applied as recorded: what the rules would make of it is not told"],
  [{ unreadable: 2 }, "2 entities left out: a large record of theirs could not be read"],
])("a summary counts one and many, and leaves out what there is none of: %j", (given, said) => {
  const text = summaryOf({ ...NO_TALLY, entities: 1, events: 1, rerun: 1, ...given });
  expect(text).toContain(said);
  expect(text).not.toMatch(
    /\b0 (documents|entities would|undos)|\b1 (entities|documents|records|differences)\b/,
  );
});
