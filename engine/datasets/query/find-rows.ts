import type { Connection, Parameter } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { ROW, tableName } from "../dataset.ts";
import { type Flavour, OverTimeError, selectWithin } from "./bounded.ts";
import { behind, orderApart, orderBy } from "./order.ts";
import { type Plan, plansOf, SCANNED } from "./plan.ts";
import type { Keys } from "./keys.ts";
import type { Question } from "./question.ts";
import { allOf, type Sql } from "./sql.ts";

/** What a statement runs against. */
export interface Ground {
  readonly connection: Connection;
  readonly flavour: Flavour;
  readonly table: string;
  readonly keys: Keys;
}

/** Which rows of the order. */
export interface Span {
  /** Those behind this row; else from the first. */
  readonly after: number | undefined;
  readonly skip: number;
  readonly take: number;
}

/** Rows that were found, by their numbers, and how. */
export interface Found {
  readonly rows: readonly number[];
  readonly plan: Plan;
}

/** The row that a span goes on from is not there. */
export class RowGoneError extends Error {
  override readonly name = "RowGoneError";
}

/** How long a way of finding rows is tried while there is another, in milliseconds. */
const TRIAL_MS = 500;
const SHORT_TRIAL_MS = 100;

/**
 * The numbers of the rows of a span, in their order: cells are read afterwards, of these rows alone. Tries one plan
 * after the other, the last for `ms` milliseconds. Throws an OverTimeError, or a RowGoneError.
 */
export async function findRows(
  question: Question,
  span: Span,
  ground: Ground,
  ms: number,
  plans: readonly Plan[] = plansOf(question.shape, ground.keys),
): Promise<Found> {
  const start = span.after === undefined ? undefined : await startBehind(question, span.after, ground);
  for (const [index, plan] of plans.entries()) {
    const isLast = index === plans.length - 1;
    const trial = plan.index === SCANNED ? SHORT_TRIAL_MS : TRIAL_MS;
    const select = rowsSelect(question, start, span, plan, ground.table);
    try {
      const rows = await selectWithin(
        ground.connection,
        select,
        isLast ? ms : Math.min(ms, trial),
        ground.flavour,
      );
      return { rows: rows.map((row) => Number(row[ROW])), plan };
    } catch (error) {
      if (isLast || !(error instanceof OverTimeError)) throw error;
    }
  }
  throw new Error("there is always a last plan");
}

/** Of so many rows on, what they are sorted by is put apart first. */
const MANY = 5_000;

/** More than there can be. Source: https://dev.mysql.com/doc/refman/8.4/en/select.html */
const ALL_ROWS = "18446744073709551615";

/**
 * The statement that gives the numbers of rows in their order. A server sorts rows with texts by their places, and then
 * reads each once more, wherever it is: that takes minutes for a million rows, and seconds where what they are sorted by
 * stands in a table of its own, which a LIMIT within makes it be.
 */
export function rowsSelect(
  { where, terms }: Question,
  start: Sql | undefined,
  { skip, take }: Pick<Span, "skip" | "take">,
  { index, servesSort }: Pick<Plan, "index" | "servesSort">,
  table: string,
): Sql {
  const { text, values } = start === undefined ? where : allOf([where, start]);
  const from = `FROM ${tableName(table)} FORCE INDEX (${quoted(index)}) WHERE ${text}`;
  const limited = [...values, skip, take];
  if (servesSort || terms.length === 0 || skip + take < MANY) {
    return { text: `SELECT ${quoted(ROW)} ${from} ORDER BY ${orderBy(terms)} LIMIT ?, ?`, values: limited };
  }
  const { list, order } = orderApart(terms);
  const apart = `SELECT ${[quoted(ROW), ...list].join(", ")} ${from} LIMIT ${ALL_ROWS}`;
  return {
    text: `SELECT ${quoted(ROW)} FROM (${apart}) AS found ORDER BY ${order} LIMIT ?, ?`,
    values: limited,
  };
}

/** What holds behind a row; its values are read here, so that a cursor stays short. */
export async function startBehind({ terms }: Question, row: number, ground: Ground): Promise<Sql> {
  if (terms.length === 0) return behind(terms, [], row);
  const columns = terms.map(({ of }, index) => `${of} AS v${index}`).join(", ");
  const [found] = await ground.connection.query(
    `SELECT ${columns} FROM ${tableName(ground.table)} WHERE ${quoted(ROW)} = ?`,
    [row],
  );
  if (!found) throw new RowGoneError(`there is no row ${row} in ${ground.table}`);
  const values = terms.map((_, index): Parameter => {
    const value = found[`v${index}`];
    // The driver gives decimals and texts as strings.
    return typeof value === "string" ? value : null;
  });
  return behind(terms, values, row);
}
