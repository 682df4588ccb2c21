import type { CircuitState, IBreaker } from "cockatiel";

/** So many failures in a row … */
const FAILURES = 5;
/** … over so many entities mean that the destination is down, not that one entity is unlucky. */
const ENTITIES = 3;

/** Breaks when a destination fails five times in a row over at least three entities. */
export class SeveralEntities implements IBreaker {
  state: unknown = null;
  #failures = 0;
  readonly #entities = new Set<string>();

  /** Says which entity the failure is of that is reported next. */
  meet(key: string): void {
    // No more are asked for; a destination that fails for one only is not to be remembered without end.
    if (this.#entities.size < ENTITIES) this.#entities.add(key);
  }

  success(): void {
    this.#failures = 0;
    this.#entities.clear();
  }

  failure(_state: CircuitState): boolean {
    this.#failures += 1;
    return this.#failures >= FAILURES && this.#entities.size >= ENTITIES;
  }
}
