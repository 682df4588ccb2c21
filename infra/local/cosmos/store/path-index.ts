import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { ContainerEntry } from "./catalog.ts";
import type { GroupCommit } from "./commit.ts";

/** Below this many items a scan is as fast as an index, and an index would slow down every write. */
export const worthIndexing = 500;

/** No container gets more than this many indexes, whatever is asked of it. */
const maxIndexes = 16;

/**
 * Indexes made when a query first needs them, so that paths nobody asks for cost nothing. They stay.
 */
export class PathIndexes {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #names = new Map<number, Set<string>>();

  constructor(database: DatabaseSync, commit: GroupCommit) {
    this.#database = database;
    this.#commit = commit;
    this.load();
  }

  /** Learns which indexes there are. */
  load(): void {
    this.#names.clear();
    for (const row of this.#database.prepare("SELECT container, name FROM path_indexes").all()) {
      this.#of(Number(row["container"])).add(String(row["name"]));
    }
  }

  #of(container: number): Set<string> {
    let names = this.#names.get(container);
    if (names === undefined) this.#names.set(container, (names = new Set()));
    return names;
  }

  /**
   * Makes sure that an index on these columns exists; returns its name, or undefined when the container has
   * its fill of indexes.
   *
   * @param columns SQL expressions, `DESC` included
   */
  ensure(container: ContainerEntry, columns: readonly string[]): string | undefined {
    const names = this.#of(container.number);
    const sql = columns.join(", ");
    const name = `${container.items.name}_path_${createHash("sha256").update(sql).digest("hex").slice(0, 16)}`;
    if (names.has(name)) return name;
    if (names.size >= maxIndexes) return undefined;
    this.#commit.begin();
    this.#database.exec(`CREATE INDEX ${name} ON ${container.items.name} (${sql})`);
    this.#database
      .prepare("INSERT INTO path_indexes (container, name) VALUES (?, ?)")
      .run(container.number, name);
    names.add(name);
    return name;
  }
}
