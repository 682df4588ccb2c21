import type { Parameter } from "../../mysql/pool.ts";

/** A piece of SQL, and the values of its `?`. */
export interface Sql {
  readonly text: string;
  readonly values: readonly Parameter[];
}

/** Joins pieces. */
export function joined(pieces: readonly Sql[], between: string): Sql {
  return {
    text: pieces.map(({ text }) => text).join(between),
    values: pieces.flatMap(({ values }) => values),
  };
}

/** `(a) AND (b)`; what always holds where there are none. */
export function allOf(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? { text: "TRUE", values: [] } : joined(pieces.map(bracketed), " AND ");
}

/** `(a) OR (b)`; what never holds where there are none. */
export function anyOf(pieces: readonly Sql[]): Sql {
  return pieces.length === 0 ? { text: "FALSE", values: [] } : joined(pieces.map(bracketed), " OR ");
}

function bracketed({ text, values }: Sql): Sql {
  return { text: `(${text})`, values };
}
