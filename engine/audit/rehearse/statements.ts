import type { DocumentDefinition } from "../../define/document.ts";
import { controlOf } from "../../sync/control.ts";
import type { Observed } from "../../sync/observed.ts";
import type { Statement } from "../../sync/since.ts";
import { fateBy, type Judged, type Undo } from "../../undo/standing-undos.ts";
import type { AuditRecord } from "../record.ts";

/** Most statements of a path that are kept after they were taken back. */
const MOST_TAKEN = 64;

/** By `since` path, what was said of the value that it tells of. */
type StatementsOf = ReadonlyMap<string, readonly Statement[]>;

/** Whose doing the statements behind an entity's `since` paths are, so that an undo takes back its culprit's alone. */
export class Statements {
  readonly #doings = new WeakMap<Statement, Judged>();
  readonly #taken = new Map<string, readonly Statement[]>();
  readonly #undos: Undo[] = [];

  /** Notes that a record made those statements which it left behind and which nobody made before. */
  note(observed: Observed, { event, rule, sequence }: AuditRecord, since: DocumentDefinition["since"]): void {
    // Without the event's data: as many are kept as there are statements.
    const doing = { event: { id: event.id, cause: event.cause }, rule, sequence };
    for (const path of Object.keys(since)) {
      for (const statement of observed[path]?.said ?? []) {
        if (!this.#doings.has(statement)) this.#doings.set(statement, doing);
      }
    }
  }

  /** What is said after an undo: without what it takes back, and with what counts again since its culprit was an undo. */
  after(
    observed: Observed,
    { event, sequence }: AuditRecord,
    since: DocumentDefinition["since"],
  ): StatementsOf {
    const control = controlOf(event);
    if (control.kind !== "undo") return new Map();
    const { id, cause } = event;
    const undo = { sequence, event: { id, cause }, culprit: control.undo.culprit };
    const fateOf = fateBy(undo, this.#undos);
    const fate = (statement: Statement): string => {
      const doing = this.#doings.get(statement);
      return doing ? fateOf(doing) : "stands";
    };
    const left = Object.keys(since).map((path): [string, readonly Statement[]] => {
      const said = observed[path]?.said ?? [];
      const taken = this.#taken.get(path) ?? [];
      const back = taken.filter((statement) => fate(statement) === "back");
      const gone = said.filter((statement) => fate(statement) === "taken");
      const kept = taken.filter((statement) => !back.includes(statement));
      this.#taken.set(path, [...kept, ...gone].slice(-MOST_TAKEN));
      const stands = said.filter((statement) => !gone.includes(statement));
      return [path, [...stands, ...back].toSorted((one, other) => this.#order(one, other))];
    });
    this.#undos.push(undo);
    return new Map(left);
  }

  /** In the order of observation; at the same time of one source in that of arrival. */
  #order(one: Statement, other: Statement): number {
    const [time, , source] = one;
    const [otherTime, , otherSource] = other;
    const arrival = (statement: Statement): number => this.#doings.get(statement)?.sequence ?? 0;
    return compare(time, otherTime) || compare(source, otherSource) || arrival(one) - arrival(other);
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
