/** Something that an upload alters in a model's database. */
export interface Change {
  /** "create table", "add column", "change key", "add rows" … */
  readonly what: string;
  /** The table or view. */
  readonly table: string;
  /** The column, key or constraint, where it is about one. */
  readonly name?: string;
  /** Whether it may lose data. */
  readonly destructive: boolean;
  /** As a statement of its own. */
  readonly sql: string;
  /** How many rows, where it is about rows. */
  readonly rows?: number;
}

/** A statement that makes some changes of one table or view, all of them or none. */
export interface Step {
  readonly table: string;
  readonly sql: string;
  readonly changes: readonly Change[];
}

/** What makes one database what another is, in an order that works. */
export interface Plan {
  /** Up to where rows can go in: views and foreign keys that go, tables that go, come and change. */
  readonly before: readonly Step[];
  /** Foreign keys that come, and views. */
  readonly after: readonly Step[];
}
