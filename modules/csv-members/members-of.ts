import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { noSuchColumn } from "../tables/no-such-column.ts";

/** What a column's cells can become. */
export const COLUMN_TYPES = ["string", "number", "integer", "boolean"] as const;

/** What can become of an empty cell. */
export const EMPTY = ["keep", "null", "omit"] as const;

/** A member of the objects, and the column that it comes from. */
export interface Member {
  readonly column: string;
  /** As JSON has it. */
  readonly name: string;
  readonly type: (typeof COLUMN_TYPES)[number];
}

/** How columns become members. */
export interface Naming {
  readonly columns: "as-is" | "snake_case" | Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, Member["type"]>>;
}

/** The members of a file with these columns. Throws a PermanentError for a column that it lacks, and a name that two would have. */
export function membersOf(columns: readonly string[], { columns: naming, types }: Naming): Member[] {
  const asked = [...(typeof naming === "string" ? [] : Object.keys(naming)), ...Object.keys(types)];
  const missing = asked.find((column) => !columns.includes(column));
  if (missing !== undefined) throw new PermanentError(noSuchColumn(missing, columns));
  const seen = new Map<string, string>();
  return columns.flatMap((column) => {
    const name = nameOf(column, naming);
    if (name === undefined) return [];
    const before = seen.get(name);
    if (before !== undefined)
      throw new PermanentError(
        `the columns ${JSON.stringify(before)} and ${JSON.stringify(column)} would both be ${JSON.stringify(name)}`,
      );
    seen.set(name, column);
    const type = Object.hasOwn(types, column) ? types[column] : undefined;
    return [{ column, name: JSON.stringify(name), type: type ?? "string" }];
  });
}

function nameOf(column: string, naming: Naming["columns"]): string | undefined {
  if (naming === "as-is") return column;
  if (naming === "snake_case") return snakeCase(column);
  return Object.hasOwn(naming, column) ? naming[column] : undefined;
}

/** `Full name`, `fullName` and `FULL-NAME` → `full_name`; accents go: `Año` → `ano`. What has no letter or digit stays as it is. */
function snakeCase(column: string): string {
  const name = column
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "");
  return name === "" ? column : name;
}
