/** A statement that a model's .sql may have: checked word by word. */
export interface ModelStatement {
  readonly kind: "create table" | "alter table" | "create view" | "create index" | "drop" | "insert";
  /** The table or view that it is about; the first of those that a DROP names. */
  readonly name: string;
  /** As it stands in the file, without comments before it and the `;` behind it. */
  readonly text: string;
  /** Where it begins in the file, from 1. */
  readonly line: number;
}
