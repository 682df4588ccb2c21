import { digitsOf } from "../records/exact-numbers.ts";
import type { Cell } from "./table.ts";

/** A cell as text: a number by its digits, objects and arrays as JSON; empty where there is none, or null. */
export function cellText(cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell !== "object") return String(cell);
  return digitsOf(cell) ?? JSON.stringify(cell);
}

/** Whether a cell is nothing that could be altered: not there, null, or an empty text. */
export function isEmpty(cell: Cell | undefined): cell is undefined | null | "" {
  return cell === undefined || cell === null || cell === "";
}
