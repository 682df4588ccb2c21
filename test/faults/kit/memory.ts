/** A change as a system applied it. */
export interface Applied {
  readonly id: string;
  readonly version: number;
  /** What it then had; undefined: nothing any more. */
  readonly body: unknown;
}

/** What a system answers; `json` becomes the body. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
}

/**
 * What a REST system remembers: every version of every entity, in the order in which it applied them, and its answer
 * to each idempotency key. A key that comes again is answered as before, and nothing is applied.
 */
export class Memory {
  readonly history = new Map<string, Applied[]>();
  readonly #answers = new Map<string, Answer>();
  /** How many requests came with a key that had been answered. */
  repeated = 0;

  /** Applies a change, once per key. */
  apply(key: string, change: Applied): Answer {
    const before = this.#answers.get(key);
    if (before) {
      this.repeated += 1;
      return before;
    }
    const { id, version, body } = change;
    this.history.set(id, [...(this.history.get(id) ?? []), change]);
    const answer = body === undefined ? { status: 204 } : { status: 200, json: { id, version } };
    this.#answers.set(key, answer);
    return answer;
  }

  /** What stands now of each entity: its last application. */
  get standing(): Map<string, Applied> {
    return new Map(
      [...this.history].flatMap(([id, applied]) => {
        const last = applied.at(-1);
        return last ? [[id, last]] : [];
      }),
    );
  }

  /** Versions that were applied twice, or after a newer one: there should be none. */
  get disorder(): string[] {
    return [...this.history.values()].flatMap((applied) =>
      applied.flatMap(({ id, version }, index) => {
        const before = applied[index - 1]?.version ?? 0;
        return version > before ? [] : [`${id}: ${version} after ${before}`];
      }),
    );
  }
}
