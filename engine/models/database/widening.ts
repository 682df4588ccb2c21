import type { Column } from "./schema.ts";

const INTEGERS = ["tinyint", "smallint", "mediumint", "int", "bigint"];
/** Digits that any of them may have. */
const DIGITS = [3, 5, 8, 10, 20];
/** Bytes that each may hold. */
const TEXTS = { tinytext: 255, text: 65_535, mediumtext: 16_777_215, longtext: 4_294_967_295 };
const BLOBS = { tinyblob: 255, blob: 65_535, mediumblob: 16_777_215, longblob: 4_294_967_295 };
/** Bytes that a character may have: utf8mb4. */
const CHARACTER = 4;

/**
 * Whether a column may lose data, or refuse it, when it becomes the other: by a type that does not hold all that the old
 * one does, by a character set that does not, or by taking NULL no more. An allow-list: what is not known may.
 */
export function losesData(from: Column, to: Column): boolean {
  return (
    !holds(from.type, to.type) || !keepsText(from.collation, to.collation) || (from.nullable && !to.nullable)
  );
}

function keepsText(from: string | null, to: string | null): boolean {
  if (from === null || to === null) return true;
  const [fromSet = "", toSet = ""] = [from, to].map((name) => name.split("_")[0]);
  return fromSet === toSet || (toSet === "utf8mb4" && fromSet !== "binary");
}

/** Whether a type holds whatever the other one does, unaltered. */
function holds(from: string, to: string): boolean {
  const [a, b] = [typeOf(from), typeOf(to)];
  if (a.name === b.name && a.args === b.args && a.unsigned === b.unsigned) return true;
  const [rankA, rankB] = [INTEGERS.indexOf(a.name), INTEGERS.indexOf(b.name)];
  if (rankA >= 0 && rankB >= 0)
    return a.unsigned === b.unsigned ? rankB >= rankA : a.unsigned && rankB > rankA;
  if (b.unsigned && !a.unsigned) return false;
  if (rankA >= 0 && b.name === "decimal") return b.size - b.scale >= (DIGITS[rankA] ?? Infinity);
  switch (a.name) {
    case "decimal":
      return b.name === a.name && b.scale >= a.scale && b.size - b.scale >= a.size - a.scale;
    case "float":
      return b.name === "double" && a.args === "" && b.args === "";
    case "char":
    case "varchar":
      return (
        ((b.name === a.name || b.name === "varchar") && b.size >= a.size) ||
        bytes(TEXTS, b.name) >= a.size * CHARACTER
      );
    case "varbinary":
      return (b.name === a.name && b.size >= a.size) || bytes(BLOBS, b.name) >= a.size;
    case "enum":
    case "set":
      return b.name === a.name && b.args.startsWith(`${a.args},`);
    case "date":
      return b.name === "datetime";
    case "bit":
    case "time":
    case "datetime":
    case "timestamp":
      return b.name === a.name && b.size >= a.size;
    default:
      return [TEXTS, BLOBS].some(
        (family) => a.name in family && bytes(family, b.name) >= bytes(family, a.name),
      );
  }
}

function bytes(family: Readonly<Record<string, number>>, name: string): number {
  return family[name] ?? -1;
}

interface Type {
  readonly name: string;
  /** What is between its brackets; of an integer nothing, since its width is for show. */
  readonly args: string;
  readonly size: number;
  readonly scale: number;
  readonly unsigned: boolean;
}

function typeOf(text: string): Type {
  const [, name = "", args = ""] = /^(\w+)(?:\((.*)\))?/s.exec(text) ?? [];
  const [size = 0, scale = 0] = args.split(",").map(Number);
  // A text in an enum may have the word too.
  const unsigned = / unsigned/.test(text.slice(text.lastIndexOf(")") + 1));
  return { name, args: INTEGERS.includes(name) ? "" : args, size, scale, unsigned };
}
