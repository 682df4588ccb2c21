import { readFile } from "node:fs/promises";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { SequenceBook } from "../book.ts";
import type { SequenceStep } from "../sequence.ts";

/** A step's configuration as its text: the file's name, and where it is or what it holds. */
export type Conf =
  { readonly name: string; readonly file: string } | { readonly name: string; readonly text: string };

/** The configuration of a step; undefined where it has none. Throws a PermanentError where its file is not there. */
export function confOf(
  { conf }: Pick<SequenceStep, "conf">,
  book: Pick<SequenceBook, "confFile">,
): Conf | undefined {
  if (conf === "") return undefined;
  if (typeof conf !== "string") return { name: "conf.json", text: JSON.stringify(conf, null, 2) };
  const file = book.confFile(conf);
  if (file === undefined) throw new PermanentError(`there is no file ${conf} beside the sequences`);
  return { name: conf, file };
}

/** What a configuration holds. */
export async function textOf(conf: Conf): Promise<string> {
  return "text" in conf ? conf.text : readFile(conf.file, "utf8");
}
