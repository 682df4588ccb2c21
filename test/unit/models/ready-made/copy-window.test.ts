import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Copied, copyWindow } from "../../../../engine/models/ready-made/copy-window.ts";
import type { Filling } from "../../../../engine/models/ready-made/filling.ts";
import type { DocumentQuery, Documents } from "../../../../engine/ports.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";

/** Something that was written to the store, at a second since 1970. */
interface Written {
  readonly kind: "document" | "audit" | "delivery";
  readonly number: number;
  readonly _ts: number;
}

const BEGIN = 1_000_000;
const at = (second: number): string => new Date(second * 1_000).toISOString();

/** A store that gives pages of so many items, and a run whose time is over after so many of them. */
function desk(written: readonly Written[], page: number) {
  const memory = memoryPorts();
  const seen = new Map<string, number>();
  const query = async (_container: string, asked: DocumentQuery): Promise<object> => {
    const { kind, since, until } = asked.parameters as { kind: string; since: number; until: number };
    const all = written
      .filter((item) => item.kind === kind && item._ts >= since && item._ts < until)
      .toSorted((one, other) => one._ts - other._ts);
    const from = Number(asked.cursor ?? 0);
    memory.time += 1;
    const next = from + page < all.length ? String(from + page) : null;
    return { items: all.slice(from, from + page).map(itemOf), next };
  };
  const documents = { ...memory.documents, query } as Documents;
  return {
    seen,
    async run(from: string, to: string, most: number): Promise<Copied> {
      const filling: Filling = {
        personalOf: () => [],
        until: memory.time + most,
        heed: () => {},
        transaction: () => Promise.reject(new Error("not needed here")),
        write: async ({ name }, rows) => {
          for (const { row } of rows) {
            const key = `${name} ${name === "deliveries" ? String(row[4]) : String(row[1])}`;
            seen.set(key, (seen.get(key) ?? 0) + 1);
          }
        },
      };
      return copyWindow({ ...memory, documents, clock: { now: () => memory.time } }, filling, { from, to });
    },
  };
}

function itemOf({ kind, number, _ts }: Written): object {
  const shared = { id: kind, kind, key: `person|${number}`, version: 1, at: at(_ts), _ts };
  if (kind === "delivery")
    return {
      ...shared,
      integration: "list",
      eventId: `${number}`,
      attempt: 1,
      status: "delivered",
      durationMs: 1,
    };
  const about = { ...shared, entity: "person", entityId: `${number}`, sequence: 1 };
  if (kind === "document") return { ...about, data: { number } };
  return {
    ...about,
    outcome: "created",
    rule: { name: "r", hash: "" },
    event: { id: `${number}`, source: "s", type: "t", time: at(_ts) },
    changes: [],
    hash: "h",
    personal: { commitments: {} },
  };
}

const tables = { document: "documents", audit: "audit", delivery: "deliveries" };

const anyWritten = fc
  .array(
    fc.record({
      kind: fc.constantFrom("document", "audit", "delivery"),
      _ts: fc.integer({ min: 0, max: 500 }),
    }),
    {
      maxLength: 60,
    },
  )
  .map((items) => items.map(({ kind, _ts }, number): Written => ({ kind, number, _ts: BEGIN + _ts })));

describe("copying a window", () => {
  it("takes what the store wrote in it and in the minute before, and says how much", async () => {
    const written = [-61, -60, 0, 99, 100].flatMap((second, number): Written[] =>
      (["document", "audit", "delivery"] as const).map((kind) => ({ kind, number, _ts: BEGIN + second })),
    );
    const { seen, ...store } = desk(written, 100);
    const copied = await store.run(at(BEGIN), at(BEGIN + 100), 1_000);
    expect(copied).toEqual({ documents: 3, records: 3, deliveries: 3, to: at(BEGIN + 100) });
    expect([...seen.keys()].filter((key) => key.startsWith("audit"))).toEqual([
      "audit 1",
      "audit 2",
      "audit 3",
    ]);
  });

  it("ends where its time is over, at a moment up to which all of it is copied; in the end nothing is missing", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyWritten,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        async (written, page, most) => {
          const { seen, ...store } = desk(written, page);
          const end = at(BEGIN + 501);
          let from = at(BEGIN);
          let time = most;
          for (let runs = 0; from < end; runs++) {
            if (runs > 1_000) throw new Error("it never ends");
            const { to } = await store.run(from, end, time);
            const due = written.filter(({ _ts }) => at(_ts) < to);
            const lacking = due.filter(({ kind, number }) => !seen.has(`${tables[kind]} ${number}`));
            expect(lacking).toEqual([]);
            // The minute before is done again each time: with less time than that takes, nothing goes on.
            if (to <= from) time *= 2;
            else from = to;
          }
          expect(seen.size).toBe(written.length);
        },
      ),
    );
  });
});
