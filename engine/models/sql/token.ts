/** A piece of a file, as the server reads it. */
export interface Token {
  /**
   * `word`: without quotes, ASCII; `name`: between backticks; `string`: a text or bytes; `number`; `sign`: what is left;
   * `refused`: what no file may have; `end`: behind the last.
   */
  readonly kind: "word" | "name" | "string" | "number" | "sign" | "refused" | "end";
  /** As it stands; of names and strings what is between the quotes; of what is refused, the reason. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Where it begins and ends in the file, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}
