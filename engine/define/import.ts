import type { z } from "zod";
import type { Observation } from "./event.ts";
import type { DeepReadonly } from "./readonly.ts";
import { NAME } from "./receiver.ts";

/** What is known of a row beside its cells. */
export interface RowOrigin {
  /** Its place among the rows of the dataset, from 1; places of rejected records stay empty. */
  readonly row: number;
  /** When the file was loaded that brought the dataset to what it is: ISO 8601 UTC with milliseconds. */
  readonly loadedAt: string;
}

/** Rows of a dataset that become events; made by {@link defineImport}. */
export interface ImportDefinition {
  readonly kind: "import";
  /** The dataset's name. */
  readonly name: string;
  /** The dataset: the name of its table. */
  readonly dataset: string;
  readonly source: string;
  readonly row: z.ZodType;
  readonly events: (row: never, origin: RowOrigin) => readonly Observation[];
}

/** What an import is made of. */
export interface ImportOptions<Row extends z.ZodType> {
  /** The dataset whose rows become events, each time that a file is loaded into it. */
  dataset: string;
  /** The source that its events name. */
  source: string;
  /**
   * One row: an object with a member for each column, named as in the table. Cells are strings, empty ones `""`. What
   * does not parse goes to quarantine, and the others go on.
   */
  row: Row;
  /**
   * The observations in one row. Pure. A time of the row's own says best when the source saw it; where rows have none,
   * `loadedAt` is when their file was loaded. Of two rows with one entity and one time, one takes effect.
   */
  events: (row: DeepReadonly<z.output<NoInfer<Row>>>, origin: RowOrigin) => readonly Observation[];
}

const DATASET = /^[a-z][a-z0-9_]{0,63}$/;

/** Defines an import. Throws a TypeError on a malformed source, or a dataset that no table can be named. */
export function defineImport<Row extends z.ZodType>(options: ImportOptions<Row>): ImportDefinition {
  const { dataset, source, row, events } = options;
  if (!DATASET.test(dataset)) throw new TypeError(`import "${dataset}": datasets are named ${DATASET}`);
  if (!NAME.test(source)) throw new TypeError(`import "${dataset}": the source "${source}" is not ${NAME}`);
  return { kind: "import", name: dataset, dataset, source, row, events };
}
