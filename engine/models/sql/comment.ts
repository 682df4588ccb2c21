import { controlIn } from "./characters.ts";

/** A comment that begins somewhere: where it ends, and why it may not stand. */
export interface Comment {
  readonly end: number;
  readonly refused?: string;
}

/**
 * The server runs what stands in these, so they are no comments. Dumps are full of them, and no option of mysqldump and
 * mariadb-dump leaves out all. They put them on lines of their own, and views into them; the latter sets variables too.
 */
const EXECUTABLE =
  "MySQL runs what stands in a comment that begins with /*! or /*M!: write it out or leave it out. A dump of tables without them is " +
  String.raw`mysqldump --compact --skip-triggers DATABASE | perl -0pe 's{^(/\*[!M].*?\*/[ ;]*|SET [^\n]*)\n}{}gms'` +
  ", to which views are added by hand";

/**
 * The comment that begins at a place, as the server delimits it: `#` and `--` with a space behind it to the end of the
 * line, and what is between the signs of C. Undefined where none begins.
 * https://dev.mysql.com/doc/refman/8.4/en/comments.html
 */
export function commentAt(text: string, start: number): Comment | undefined {
  if (text.startsWith("/*", start)) return blockAt(text, start);
  // Not what is a space to Unicode alone: to the server, that is the beginning of a name.
  if (text[start] !== "#" && !/^--(?:[ \t\r\n]|$)/.test(text.slice(start, start + 3))) return undefined;
  const newline = text.indexOf("\n", start);
  const end = newline === -1 ? text.length : newline;
  return { end, ...control(text.slice(start, end)) };
}

function blockAt(text: string, start: number): Comment {
  const close = text.indexOf("*/", start + 2);
  const end = close === -1 ? text.length : close + 2;
  if (/^(?:!|M!)/i.test(text.slice(start + 2, start + 4))) return { end, refused: EXECUTABLE };
  if (text[start + 2] === "+")
    return { end, refused: "hints to the optimizer, /*+ … */, are not for a model: leave them out" };
  if (close === -1) return { end, refused: "a comment begins here and does not end: put */ behind it" };
  const inside = text.slice(start + 2, close);
  if (inside.includes("/*"))
    return { end, refused: "a comment stands in this comment, and servers differ on where it ends" };
  return { end, ...control(inside) };
}

function control(comment: string): { readonly refused?: string } {
  const code = controlIn(comment);
  return code === undefined ? {} : { refused: `a comment has the control character ${code}: take it out` };
}
