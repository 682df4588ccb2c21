import { describe, expect, it } from "vitest";
import { differentDeliveries, type DifferentDelivery } from "../../../engine/audit/rehearse/deliveries.ts";
import { differences } from "../../../engine/audit/rehearse/difference.ts";
import { BLANK } from "../../../engine/audit/replay.ts";
import {
  type Destination,
  defineApp,
  defineIntegration,
  type Preview,
  type Snapshot,
} from "../../../engine/define/index.ts";
import { noWatermark } from "../../../engine/deliveries/watermark.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { person } from "../sync/shop.ts";

type Document = { identity: { number: string }; contact?: object; visits?: object } | undefined;

const of = (contact?: object): Document => ({ identity: { number: "1" }, ...(contact ? { contact } : {}) });
const sends = (snapshot: Snapshot): Preview => ({
  sends: { data: snapshot.data ?? null, known: snapshot.known },
});

interface Given {
  readonly preview?: Destination["preview"] | "none";
  readonly changed?: ("contact" | "visits")[];
  readonly version?: number;
  readonly known?: boolean;
}

/** What would be delivered otherwise by one integration, whose preview this is. */
async function different(
  recorded: Document,
  rehearsed: Document,
  { preview = sends, changed, version = 3, known = false }: Given = {},
): Promise<readonly DifferentDelivery[]> {
  const destination: Destination = {
    settings: [],
    deliver: () => Promise.reject(new Error("nothing is sent")),
    ...(preview === "none" ? {} : { preview }),
  };
  const integration = defineIntegration(
    { name: "crm", on: person, ...(changed ? { when: { changed } } : {}) },
    destination,
  );
  const app = defineApp({ documents: [person], rules: [], integrations: [integration] });
  const { documents } = memoryPorts();
  const mark = { ...noWatermark("person|1", "crm"), known, remoteId: "r1" };
  if (known) await documents.write("deliveries", "person|1", [{ op: "create", item: mark }]);
  const entity = {
    recorded: { ...BLANK, data: recorded, version },
    rehearsed: { ...NOTHING, data: rehearsed, version: version + 1 },
    events: 1,
    rerun: 1,
    erased: 0,
    undone: 0,
  };
  return differentDeliveries({ app, documents }, "person|1", entity, differences(recorded, rehearsed));
}

describe("a delivery would differ", () => {
  it("where the integration wants what changed, and is sent something else", async () => {
    expect(await different(of({ email: "a" }), of({ email: "b" }))).toEqual([{ integration: "crm" }]);
    expect(await different(of({ email: "a" }), of({ email: "b" }), { changed: ["contact"] })).toHaveLength(1);
    expect(await different(of({ email: "a" }), of({ email: "b" }), { changed: ["visits"] })).toEqual([]);
    expect(await different(of({ email: "a" }), of({ email: "a" }))).toEqual([]);
  });

  it("where the entity comes or goes, whatever it wants", async () => {
    expect(await different(of(), undefined, { changed: ["visits"] })).toHaveLength(1);
    expect(await different(undefined, of(), { changed: ["visits"] })).toHaveLength(1);
  });

  it("not, where the mapping makes the same of both, or nothing of either", async () => {
    expect(
      await different(of({ email: "a" }), of({ email: "b" }), { preview: () => ({ sends: 1 }) }),
    ).toEqual([]);
    const ignoring = (snapshot: Snapshot): Preview => ({ ignored: JSON.stringify(snapshot.data) });
    expect(await different(of({ email: "a" }), of({ email: "b" }), { preview: ignoring })).toEqual([]);
  });

  it("not, where it is but the order of members, though they are sent as text", async () => {
    const text = ({ data }: Snapshot): Preview => ({
      sends: JSON.stringify((data as { contact: object }).contact),
    });
    const [one, other] = [of({ email: "a", phone: "1" }), of({ phone: "1", email: "a" })];
    const visits = { count: 1 };
    expect(await different(one, { ...other, visits } as Document, { preview: text })).toEqual([]);
  });

  it("where nothing was ever announced, and something would be", async () => {
    expect(await different(undefined, of(), { version: 0 })).toHaveLength(1);
    expect(await different(undefined, of(), { version: 0, preview: () => ({ sends: 1 }) })).toHaveLength(1);
    expect(await different(undefined, of(), { version: 0, preview: () => ({ ignored: "no" }) })).toEqual([]);
  });

  it("where nobody can say what is sent", async () => {
    expect(await different(of({ email: "a" }), of({ email: "b" }), { preview: "none" })).toHaveLength(1);
  });

  it("by what the destination has of the entity", async () => {
    const seen: Snapshot[] = [];
    const preview = (snapshot: Snapshot): Preview => {
      seen.push(snapshot);
      return { sends: 1 };
    };
    await different(of({ email: "a" }), of({ email: "b" }), { preview, known: true });
    expect(seen).toMatchObject([
      { known: true, remoteId: "r1", version: 3 },
      { known: true, remoteId: "r1", version: 3 },
    ]);
  });

  it("is told where its mapping would fail, in words that quote nothing", async () => {
    const picky = ({ data }: Snapshot): Preview => {
      const { email } = (data as { contact: { email: string } }).contact;
      if (email === "b@planted") throw new Error(`no ${email}`);
      return { sends: email };
    };
    const [found] = await different(of({ email: "a" }), of({ email: "b@planted" }), { preview: picky });
    expect(found?.fault).toMatch(/^the mapping threw Error at rehearse-deliveries\.test\.ts/);
  });
});
