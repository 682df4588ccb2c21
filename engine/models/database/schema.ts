/** What a server says that a database is made of; what begins with `_` is the system's and left out. */
export interface Schema {
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlyMap<string, View>;
}

/** A database in which there is nothing. */
export const EMPTY: Schema = { tables: new Map(), views: new Map() };

/** A table, in the server's own words: two that read the same are the same. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Indexes, the primary key among them as `PRIMARY`. */
  readonly keys: readonly Key[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  /** `ENGINE`, `DEFAULT CHARSET`, `COLLATE`, `COMMENT` …: without the counter of AUTO_INCREMENT. */
  readonly options: ReadonlyMap<string, string>;
  /** Where the counter of AUTO_INCREMENT stands. */
  readonly counter?: string;
}

/** A column. */
export interface Column {
  readonly name: string;
  /** What stands behind its name, its character set always among it. */
  readonly definition: string;
  /** `varchar(20)`, `int(10) unsigned`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Null where it holds no text. */
  readonly collation: string | null;
  /** Worked out from others, so that nothing is lost with it. */
  readonly generated: boolean;
}

/** An index. */
export interface Key {
  readonly name: string;
  /** All of it: "UNIQUE KEY `by_email` (`email`)". */
  readonly definition: string;
  readonly columns: readonly string[];
}

/** A CHECK that belongs to the table. */
export interface Check {
  readonly name: string;
  /** Undefined where the server made its name up: that says nothing. */
  readonly ownName?: string;
  /** Without its name: "CHECK (`a` > 0)". */
  readonly definition: string;
}

/** A foreign key. */
export interface ForeignKey extends Check {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** A view. */
export interface View {
  readonly name: string;
  /** `UNDEFINED`, `MERGE` or `TEMPTABLE`. */
  readonly algorithm: string;
  /** Whether it reads with the rights of who asks. */
  readonly invoker: boolean;
  /** What stands behind its name: "AS select …". */
  readonly body: string;
}

/** Names of columns are the same whatever their case. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
