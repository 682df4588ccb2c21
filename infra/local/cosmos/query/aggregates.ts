import { compare, typeRank } from "./values.ts";
import type { Value } from "./values.ts";

/** Adds up the values of one group. */
export interface Aggregator {
  add(value: Value): void;
  result(): Value;
}

/** COUNT counts what is defined. */
function count(): Aggregator {
  let total = 0;
  return {
    add: (value) => {
      if (value !== undefined) total++;
    },
    result: () => total,
  };
}

/** SUM and AVG leave out what is undefined; one value that is no number makes the result undefined. */
function sum(average: boolean): Aggregator {
  let total = 0;
  let items = 0;
  let valid = true;
  return {
    add: (value) => {
      if (value === undefined) return;
      if (typeof value !== "number") valid = false;
      else {
        total += value;
        items++;
      }
    },
    result: () => {
      if (!valid || (average && items === 0)) return undefined;
      return average ? total / items : total;
    },
  };
}

/** MIN and MAX go by the order of types first. */
function extreme(direction: number): Aggregator {
  let best: Value;
  return {
    add: (value) => {
      if (value === undefined) return;
      if (best === undefined) {
        best = value;
        return;
      }
      const order = typeRank(value) - typeRank(best) || (compare(value, best) ?? 0);
      if (order * direction > 0) best = value;
    },
    result: () => best,
  };
}

const makers: Readonly<Record<string, () => Aggregator>> = {
  COUNT: count,
  SUM: () => sum(false),
  AVG: () => sum(true),
  MIN: () => extreme(-1),
  MAX: () => extreme(1),
};

/** True for the name, in capitals, of a function over many rows. */
export function isAggregate(name: string): boolean {
  return Object.hasOwn(makers, name);
}

/** Begins a sum, a count …; https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions */
export function aggregator(name: string): Aggregator {
  const make = makers[name];
  if (make === undefined) throw new Error(`${name} is not an aggregate.`);
  return make();
}
