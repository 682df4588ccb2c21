import { cellText, isEmpty } from "../tables/cell-text.ts";
import { exactNumber, numberFault, shown } from "../tables/exact-number.ts";
import { refuseCell } from "../tables/row-of.ts";
import type { Cell, TableRow } from "../tables/table.ts";
import { rewrittenDate } from "./date-pattern.ts";
import type { Derivation } from "./derivation.ts";

/** A value made of a row's others. Throws a FileFaultError for a value that is no number, no date, or no text. */
export function derived(row: TableRow, derivation: Derivation): Cell {
  const { concat, upper, lower, trim, replace, split, number, date, default: other, constant } = derivation;
  const from = (column: string, make: (text: string) => Cell): Cell => {
    const cell = row.cells.get(column);
    return isEmpty(cell) ? (cell ?? null) : make(textOf(row, column));
  };
  if (concat)
    return concat.map((part) => (typeof part === "string" ? textOf(row, part) : part.text)).join("");
  if (upper !== undefined) return from(upper, (text) => text.toUpperCase());
  if (lower !== undefined) return from(lower, (text) => text.toLowerCase());
  if (trim !== undefined) return from(trim, (text) => text.trim());
  if (replace) return from(replace.column, (text) => text.replaceAll(replace.find, () => replace.with));
  if (split) {
    const place = split.part > 0 ? split.part - 1 : split.part;
    return from(split.column, (text) => text.split(split.separator).at(place) ?? "");
  }
  if (number) return from(number.column, (text) => numberOf(row, text, number));
  if (date) {
    return from(date.column, (text) => {
      const written = rewrittenDate(text, date.from, date.to);
      return (
        written ?? refuseCell(row, date.column, `${shown(text)} is no date as ${date.from.pieces.join("")}`)
      );
    });
  }
  if (other) {
    const cell = row.cells.get(other.column);
    return isEmpty(cell) ? other.value : cell;
  }
  return constant ?? null;
}

/** The text of a cell. An object or a list has none that anybody would mean. */
function textOf(row: TableRow, column: string): string {
  const cell = row.cells.get(column);
  if (Array.isArray(cell)) return refuseCell(row, column, "is a list, and no text");
  const text = cellText(cell);
  return typeof cell === "object" && text.startsWith("{")
    ? refuseCell(row, column, "is an object, and no text")
    : text;
}

function numberOf(
  row: TableRow,
  text: string,
  { column, decimal, thousands }: NonNullable<Derivation["number"]>,
): Cell {
  const refuse = (fault: string): never => refuseCell(row, column, fault);
  const [whole = "", ...fraction] = text.trim().split(decimal);
  const plain = thousands !== "" && whole.includes(thousands) ? ungrouped(whole, thousands) : whole;
  if (plain === undefined || plain.includes(".")) return refuse(`${shown(text)} is no number`);
  const written = [plain, ...fraction].join(".");
  const fault = numberFault(written);
  // Of what was altered the message shows what the file has.
  return fault === undefined
    ? exactNumber(written)
    : refuse(fault.replace(shown(written), () => shown(text)));
}

/** Digits without what stands between thousands; undefined where it stands elsewhere. */
function ungrouped(whole: string, thousands: string): string | undefined {
  const [first = "", ...groups] = whole.split(thousands);
  const isGrouped = /^-?\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
  return isGrouped ? first + groups.join("") : undefined;
}
