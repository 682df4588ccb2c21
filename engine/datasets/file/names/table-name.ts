import { FileFaultError } from "../../../errors/file-fault-error.ts";

/** Characters of a name made from a file's: names of ours that are made from it stay under MySQL's 64. */
const LONGEST = 60;
/** What a file is called behind its own name. */
const EXTENSION = /\s*\.(?:csv|tsv|txt|gz|zip)\s*$/i;

/** Letters that Unicode does not take apart into one of a to z and a mark, in lower case. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ħ: "h",
  ı: "i",
};

/** Whether a text can be the name of a dataset's table. */
export function isTableName(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,63}$/.test(text);
}

/**
 * The table's name for a file of that name, the same every time: `Titanic (1).CSV.gz` becomes `titanic_1`. Without
 * folders and known extensions, in lower case and without accents; whatever is neither a letter a to z nor a digit
 * becomes one `_`, before a digit at the beginning comes `t_`; at most 60 characters. Throws a FileFaultError where
 * nothing is left.
 */
export function tableNameOf(fileName: string): string {
  let base = /[^/\\]*$/.exec(fileName)?.[0] ?? "";
  while (EXTENSION.test(base)) base = base.replace(EXTENSION, "");
  const words = base
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[ßæœøđðþłħı]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/\p{M}+/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
  const name = (/^[0-9]/.test(words) ? `t_${words}` : words).slice(0, LONGEST).replace(/_$/, "");
  if (name !== "") return name;
  throw new FileFaultError(
    `no table name can be made from the file name ${JSON.stringify(fileName.slice(0, 100))}: give one with ?name=`,
  );
}
