import { aggregator } from "./aggregates.ts";
import type { Aggregator } from "./aggregates.ts";
import type { Evaluate, Grouped, Row } from "./scope.ts";
import { identity } from "./values.ts";
import type { Value } from "./values.ts";

interface Group {
  readonly keys: readonly Value[];
  readonly aggregators: readonly Aggregator[];
}

/** The groups of GROUP BY while rows are added up; one group, always there, when only aggregates are asked for. */
export class Groups {
  readonly #grouped: Grouped;
  readonly #groups = new Map<string, Group>();

  constructor(grouped: Grouped) {
    this.#grouped = grouped;
    if (grouped.keys.length === 0) this.#groups.set("", this.#group([]));
  }

  get size(): number {
    return this.#groups.size;
  }

  #group(keys: readonly Value[]): Group {
    return { keys, aggregators: this.#grouped.aggregates.map(({ name }) => aggregator(name)) };
  }

  /** Adds the row as it stands to its group. */
  add(row: Row): void {
    const keys = this.#grouped.keys.map((key) => key(row));
    const name = keys.map(identity).join("\n");
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = this.#group(keys);
      this.#groups.set(name, group);
    }
    for (const [at, { argument }] of this.#grouped.aggregates.entries())
      group.aggregators[at]?.add(argument(row));
  }

  /** What SELECT makes of each group. */
  *results(row: Row, output: Evaluate): Generator<Value> {
    for (const { keys, aggregators } of this.#groups.values()) {
      for (const [at, slot] of this.#grouped.keySlots.entries()) row[slot] = keys[at];
      for (const [at, { slot }] of this.#grouped.aggregates.entries()) row[slot] = aggregators[at]?.result();
      yield output(row);
    }
  }
}
