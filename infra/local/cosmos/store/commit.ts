import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Called once the writes before it are on file, or with the error that undid them all. */
export type Settled = (error: Error | undefined) => void;

/**
 * Group commit: the writes of one turn of the event loop share one transaction, and their answers go out
 * after it is committed. So 16 clients cost one commit, and nothing is acknowledged that a kill could undo.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #undone: () => void;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  #open = false;
  #waiting: Settled[] = [];

  /** @param undone called when a transaction was lost (a full disk, say), before its answers go out */
  constructor(database: DatabaseSync, undone: () => void) {
    this.#database = database;
    this.#undone = undone;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
  }

  /** Opens the turn's transaction unless it is open; call before each write. */
  begin(): void {
    if (this.#open) return;
    this.#begin.run();
    this.#open = true;
    setImmediate(() => this.flush());
  }

  /**
   * Calls back when all that was written so far is on file: at once when nothing is pending. Reads wait
   * here too, so that nobody is shown a value that a kill could still take back.
   */
  settled(callback: Settled): void {
    if (this.#open) this.#waiting.push(callback);
    else callback(undefined);
  }

  /** Commits now; does nothing when nothing is pending. */
  flush(): void {
    if (!this.#open) return;
    let failure: Error | undefined;
    try {
      // On some errors SQLite has already undone the whole transaction, the other writes of the turn with it.
      if (!this.#database.isTransaction) throw new Error("the storage refused a write of the same moment.");
      this.#commit.run();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      if (this.#database.isTransaction) this.#rollback.run();
      this.#undone();
    }
    this.#open = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback(failure);
  }
}
