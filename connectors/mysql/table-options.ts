import type { DocumentDefinition, Mapped } from "../../engine/define/index.ts";
import type { Columns } from "./columns.ts";

/** A table with one row an entity. */
export interface OneRowOptions<D extends DocumentDefinition> {
  readonly rows?: never;
  /** Whether an entity has its row; default: always. Where it says false, a row that stands is deleted. */
  readonly when?: (document: Mapped<D>) => boolean;
  /** Its columns beside `id`, `version` and `updated_at`, which every table has. */
  readonly columns: Columns<Mapped<D>>;
}

/** A table with any number of rows an entity. */
export interface ManyRowsOptions<D extends DocumentDefinition, Row, Name extends string> {
  /** The rows of an entity, at most 1,000; those that it has no longer are deleted. */
  readonly rows: (document: Mapped<D>) => readonly Row[];
  /**
   * The columns that tell the rows of one entity apart: texts, integers, datetimes or booleans that every row has. With
   * `id` they are the primary key. Default: a column `position` beside the others, the row's place from 1.
   */
  readonly key?: readonly NoInfer<Name>[];
  /**
   * Its columns beside `id`, `version` and `updated_at`. They read a row:
   * `({ text }) => ({ number: text(16, (phone) => phone.number) })`.
   */
  readonly columns: Columns<NoInfer<Row>, Name>;
}

/** A table with many rows an entity, as {@link TableKinds} makes it: its rows are of a type that is its own affair. */
export interface ManyRows<D extends DocumentDefinition> {
  readonly rows: (document: Mapped<D>) => readonly unknown[];
  readonly key: readonly string[] | undefined;
  readonly columns: ReturnType<Columns<never>>;
}

/** What `tables` is given. A table with one row an entity needs none of it. */
export interface TableKinds<D extends DocumentDefinition> {
  /** A table with any number of rows an entity; its columns read what `rows` gives. */
  readonly many: <Row, Name extends string>(options: ManyRowsOptions<D, Row, Name>) => ManyRows<D>;
}

/** What `tables` gives, by name. */
export type TablesOptions<D extends DocumentDefinition> = Readonly<
  Record<string, OneRowOptions<D> | ManyRows<D>>
>;
