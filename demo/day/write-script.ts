import type { DemoOptions } from "../arguments.ts";
import { castDay } from "./cast.ts";
import type { ShopDay } from "./clock.ts";
import { crowdDay } from "./crowd.ts";
import { type Person, Population } from "./people.ts";
import { seededRandom } from "./random.ts";
import { sellAllDay } from "./sales.ts";
import { Outbox, type Step } from "./script.ts";

/** Everything that is going to happen. */
export interface Script {
  readonly customers: readonly Person[];
  /** Those whom only the online store knows. */
  readonly strangers: readonly Person[];
  /** In the order in which they reach Caudal. */
  readonly steps: readonly Step[];
}

/** Writes the day's script: the same for the same options and day. */
export function writeScript({ customers: count, seed }: DemoOptions, day: ShopDay): Script {
  const random = seededRandom(seed);
  const people = new Population(random);
  const crm = new Outbox();
  const cast = castDay(day, people, random, crm);
  const crowd = Array.from({ length: count - cast.length }, () => people.anyone());
  for (const person of crowd) crowdDay(person, day, random, crm);
  const strangers = Array.from({ length: Math.max(3, Math.round(count / 10)) }, () => people.anyone());
  const sales = sellAllDay(crowd, strangers, day, random);
  const steps: Step[] = [
    ...crm.steps,
    {
      kind: "pull",
      at: day.at("13:00"),
      say: "Caudal asks the online store what its customers bought",
      records: sales.noon,
    },
    {
      kind: "pull",
      at: day.at("17:30"),
      say: "Caudal asks again for whatever changed since",
      records: sales.evening,
    },
  ];
  return { customers: [...cast, ...crowd], strangers, steps: steps.toSorted((a, b) => a.at - b.at) };
}
