import fc from "fast-check";
import { expect, it } from "vitest";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import type { Snapshot } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { Desk } from "./delivery-desk.ts";

const desk = new Desk();
const IDS = ["1", "2", "3", "4"];

type Step =
  | { readonly do: "change"; readonly id: string }
  | { readonly do: "repeat"; readonly id: string; readonly back: number; readonly bare: boolean }
  | { readonly do: "mood"; readonly mood: Mood }
  | { readonly do: "hold" | "release" | "wake" | "restart" | "later" };
type Mood = "well" | "busy" | "asks" | "refuses" | "applies, then fails";

const id = fc.constantFrom(...IDS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("change" as const), id }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("repeat" as const), id, back: fc.nat(3), bare: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("mood" as const),
      mood: fc.constantFrom<Mood>("well", "busy", "asks", "refuses", "applies, then fails"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("hold", "release", "wake", "restart", "later" as const) }),
  },
);

it("whatever is announced in whatever order, to whatever mood: the destination never goes back and ends equal", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), play), {
    numRuns: 40,
    endOnFailure: true,
  });
}, 120_000);

async function play(steps: readonly Step[]): Promise<void> {
  await desk.reset();
  const versions = new Map(IDS.map((each) => [each, 0]));
  const standing = new Map<string, number>();
  const backwards: string[] = [];
  let mood: Mood = "well";
  desk.mood = (snapshot) => {
    if (mood === "busy") throw new RetryableError("busy", { retryAfterMs: 0 });
    if (mood === "asks") throw new RetryableError("too many", { retryAfterMs: 60_000 });
    if (mood === "refuses") throw new PermanentError("no");
    apply(snapshot);
    if (mood === "applies, then fails") throw new RetryableError("reset", { retryAfterMs: 0 });
    return { status: "delivered" };
  };
  const apply = ({ id: entity, version }: Snapshot): void => {
    const before = standing.get(entity) ?? 0;
    if (version < before) backwards.push(`${entity}: ${version} after ${before}`);
    standing.set(entity, version);
  };

  let host = desk.host();
  const hold = (on: boolean): Promise<unknown> =>
    changeDestination(desk.documents, "list", ({ held: _held, ...rest }) => ({
      ...rest,
      ...(on ? { held: { by: "ana", reason: "-", at: "" } } : {}),
    }));
  for (const each of steps) {
    desk.now += 100;
    if (each.do === "change") {
      const version = (versions.get(each.id) ?? 0) + 1;
      versions.set(each.id, version);
      await desk.write(version, each.id);
      await host.deliver(desk.announced(version, each.id), 1);
    } else if (each.do === "repeat") {
      const version = (versions.get(each.id) ?? 0) - each.back;
      const { data, ...bare } = desk.announced(version, each.id);
      if (version > 0) await host.deliver(each.bare ? bare : { ...bare, data }, 2);
    } else if (each.do === "mood") mood = each.mood;
    else if (each.do === "hold") await hold(true);
    else if (each.do === "release") await hold(false);
    else if (each.do === "wake") await desk.wake(host);
    else if (each.do === "restart") host = desk.host();
    else desk.now += 65_000;
  }

  mood = "well";
  await hold(false);
  host = desk.host();
  desk.now += 2 * 60 * 60_000;
  await desk.wake(host);
  expect(backwards).toEqual([]);
  for (const [entity, version] of versions) {
    expect(await desk.item("pending", entity), `${entity} waits no more`).toBeUndefined();
    const mark = await desk.item("watermark", entity);
    const letter = await desk.item("dead-letter", entity);
    expect(letter !== undefined).toBe(mark?.["deadLetter"] === true);
    // What was refused for good waits for an operator; everything else is there.
    const reached = letter ? version : (standing.get(entity) ?? 0);
    expect([entity, reached]).toEqual([entity, version]);
  }
}
