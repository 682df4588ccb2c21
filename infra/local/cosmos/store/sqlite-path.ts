/**
 * The SQLite JSON path of some names, as an SQL string literal: `'$."a"."b"'`; a number selects from an
 * array. Undefined when a name cannot be written in one (quotes, backslashes, control characters).
 */
export function sqlitePath(names: readonly (string | number)[]): string | undefined {
  let path = "$";
  for (const name of names) {
    if (typeof name === "number") {
      if (!Number.isInteger(name) || name < 0) return undefined;
      path += `[${name}]`;
    } else {
      // oxlint-disable-next-line no-control-regex
      if (/["\\\u0000-\u001f]/.test(name)) return undefined;
      path += `."${name}"`;
    }
  }
  return `'${path.replaceAll("'", "''")}'`;
}
