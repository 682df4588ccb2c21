/** What MySQL is sent for one cell. */
export type Cell = string | number | null;

/** One column of a table, and how a document fills it; made by {@link text} and its like. */
export interface Column<Document> {
  /** As in CREATE TABLE: `VARCHAR(8) CHARACTER SET utf8mb4`. */
  readonly type: string;
  readonly required: boolean;
  /** The cell of a document. Throws a TypeError that says why a value does not fit. */
  readonly cell: (document: Document) => Cell;
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
  return column(`VARCHAR(${length}) CHARACTER SET utf8mb4`, options, read, (value) => {
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
  return column("BIGINT", options, read, (value) => {
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
  return column(`DECIMAL(${precision}, ${scale})`, options, read, (value) => {
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
  return column("DATETIME(3)", options, read, (value) => {
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
  return column("BOOLEAN", options, read, (value) => (value ? 1 : 0));
}

/** JSON: whatever JSON.stringify writes. */
export function json<Document>(
  read: (document: Document) => unknown,
  options?: ColumnOptions,
): Column<Document> {
  return column("JSON", options, read, (value) => JSON.stringify(value) ?? null);
}

/** Every kind there is. */
export const columnKinds = { text, integer, decimal, datetime, boolean, json };

function column<Document, Value>(
  type: string,
  { required = false }: ColumnOptions = {},
  read: (document: Document) => Value | Nothing,
  write: (value: NonNullable<Value>) => Cell,
): Column<Document> {
  return {
    type,
    required,
    cell(document) {
      const value = read(document);
      if (value !== undefined && value !== null) return write(value);
      if (required) throw new TypeError("is required, and the document has no value for it");
      return null;
    },
  };
}
