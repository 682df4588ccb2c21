/** An expression that is not understood; `at`: where, from 1. */
export class GrelSyntaxError extends Error {
  override readonly name = "GrelSyntaxError";
  readonly at: number;

  constructor(what: string, at: number) {
    super(`${what}, at character ${at}`);
    this.at = at;
  }
}
