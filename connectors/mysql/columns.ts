/** What MySQL is sent for one cell. */
export type Cell = string | number | null;

/** One column of a table, and how a document fills it; made by {@link text} and its like. */
export interface Column<Document> {
  /** As in CREATE TABLE: `VARCHAR(8) CHARACTER SET utf8mb4`. */
  readonly type: string;
  readonly required: boolean;
  /** How it stands in a primary key; undefined: it cannot. */
  readonly asKey: KeyColumn | undefined;
  /**
   * The cell of a document or, in a table with many rows, of the row at a position from 1. Throws a TypeError that
   * says why a value does not fit.
   */
  readonly cell: (document: Document, position?: number) => Cell;
}

/** A column as a part of a primary key. */
export interface KeyColumn {
  /** Its type there, by which equal means equal: byte by byte, but for spaces at the end. */
  readonly type: string;
  /** Its room in the index, in bytes. */
  readonly bytes: number;
}

/** The kinds of columns, for documents of one kind: what an integration's `columns` is given. */
export interface ColumnKinds<Document> {
  readonly text: typeof text<Document>;
  readonly integer: typeof integer<Document>;
  readonly decimal: typeof decimal<Document>;
  readonly datetime: typeof datetime<Document>;
  readonly boolean: typeof boolean<Document>;
  readonly json: typeof json<Document>;
}

/** What a table's columns are given as: `({ text }) => ({ email: text(254, (c) => c.contact?.email) })`. */
export type Columns<Document, Name extends string = string> = (
  kinds: ColumnKinds<Document>,
) => Readonly<Record<Name, Column<Document>>>;

/** What every column may be told. */
export interface ColumnOptions {
  /** A document without a value for it is not delivered, and the column is made NOT NULL. Default false. */
  required?: boolean;
}

type Nothing = null | undefined;

/** VARCHAR(`length`) in utf8mb4: at most `length` characters, 1 to 16 000. Throws a TypeError on another length. */
export function text<Document>(
  length: number,
  read: (document: Document) => string | Nothing,
  options?: ColumnOptions,
): Column<Document> {
  if (!(Number.isInteger(length) && length >= 1 && length <= 16_000)) {
    throw new TypeError(`text(${length}): a length is 1 to 16 000 characters`);
  }
  const type = `VARCHAR(${length}) CHARACTER SET utf8mb4`;
  const asKey = { type: `${type} COLLATE utf8mb4_bin`, bytes: 4 * length };
  return column({ type, asKey }, options, read, (value) => {
    // A character outside the basic plane is two units of JavaScript, and one of MySQL.
    if (value.length > length && Array.from(value).length > length) {
      throw new TypeError(`has ${Array.from(value).length} characters where ${length} fit`);
    }
    return value.toWellFormed();
  });
}

/** BIGINT: a whole number that JavaScript holds exactly, or a bigint of 64 bits. */
export function integer<Document>(
  read: (document: Document) => number | bigint | Nothing,
  options?: ColumnOptions,
): Column<Document> {
  return column({ type: "BIGINT", asKey: { type: "BIGINT", bytes: 8 } }, options, read, (value) => {
    const exact =
      typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
    if (!exact) throw new TypeError("is no whole number of 64 bits, or a number that is not exact any more");
    return String(value);
  });
}

/**
 * DECIMAL(`precision`, `scale`) from a decimal string or a number. A value that would be rounded is refused: MySQL
 * itself would do it silently. Throws a TypeError unless 1 ≤ precision ≤ 65 and 0 ≤ scale ≤ 30, scale ≤ precision.
 */
export function decimal<Document>(
  precision: number,
  scale: number,
  read: (document: Document) => string | number | Nothing,
  options?: ColumnOptions,
): Column<Document> {
  const whole = precision - scale;
  if (!(Number.isInteger(precision) && precision >= 1 && precision <= 65)) {
    throw new TypeError(`decimal(${precision}, ${scale}): a precision is 1 to 65`);
  }
  if (!(Number.isInteger(scale) && scale >= 0 && scale <= 30 && whole >= 0)) {
    throw new TypeError(
      `decimal(${precision}, ${scale}): a scale is 0 to 30, and no larger than the precision`,
    );
  }
  return column({ type: `DECIMAL(${precision}, ${scale})` }, options, read, (value) => {
    const parts = /^-?(\d+)(?:\.(\d+))?$/.exec(String(value));
    if (!parts) throw new TypeError("is no decimal number");
    const [, before = "", behind = ""] = parts;
    if (before.replace(/^0+/, "").length > whole || behind.replace(/0+$/, "").length > scale) {
      throw new TypeError(`does not fit DECIMAL(${precision}, ${scale}) without rounding`);
    }
    return String(value);
  });
}

/** DATETIME(3) in UTC, from an ISO 8601 time with an offset or a Date; years 1000 to 9999. */
export function datetime<Document>(
  read: (document: Document) => string | Date | Nothing,
  options?: ColumnOptions,
): Column<Document> {
  return column({ type: "DATETIME(3)", asKey: { type: "DATETIME(3)", bytes: 7 } }, options, read, (value) => {
    // Without an offset, the time zone of this machine would decide.
    if (typeof value === "string" && !/T.*(?:Z|[+-]\d\d:?\d\d)$/i.test(value)) {
      throw new TypeError("is no ISO 8601 time with an offset");
    }
    const time = new Date(value);
    const year = time.getUTCFullYear();
    if (!(year >= 1000 && year <= 9999)) throw new TypeError("is no time of the years 1000 to 9999");
    return time.toISOString().slice(0, -1).replace("T", " ");
  });
}

/** BOOLEAN, which MySQL keeps as TINYINT(1): 1 or 0. */
export function boolean<Document>(
  read: (document: Document) => boolean | Nothing,
  options?: ColumnOptions,
): Column<Document> {
  return column({ type: "BOOLEAN", asKey: { type: "BOOLEAN", bytes: 1 } }, options, read, (value) =>
    value ? 1 : 0,
  );
}

/** JSON: whatever JSON.stringify writes. */
export function json<Document>(
  read: (document: Document) => unknown,
  options?: ColumnOptions,
): Column<Document> {
  return column({ type: "JSON" }, options, read, (value) => JSON.stringify(value) ?? null);
}

/** INT: the place of a row among its entity's, from 1. */
export const position: Column<unknown> = {
  type: "INT",
  required: true,
  asKey: { type: "INT", bytes: 4 },
  cell: (_row, at = 1) => at,
};

/** Every kind that a definition may use. */
export const columnKinds = { text, integer, decimal, datetime, boolean, json };

function column<Document, Value>(
  { type, asKey }: { type: string; asKey?: KeyColumn },
  { required = false }: ColumnOptions = {},
  read: (document: Document) => Value | Nothing,
  write: (value: NonNullable<Value>) => Cell,
): Column<Document> {
  return {
    type,
    required,
    asKey,
    cell(document) {
      const value = read(document);
      if (value !== undefined && value !== null) return write(value);
      if (required) throw new TypeError("is required, and the document has no value for it");
      return null;
    },
  };
}
