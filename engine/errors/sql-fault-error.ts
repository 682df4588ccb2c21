/** What is wrong in a file, and where. */
export interface SqlFault {
  /** From 1. */
  readonly line: number;
  /** What is wrong and what to do, without a stop at the end. */
  readonly reason: string;
}

/** A .sql that does something a model's may not, or that the server refused: the file has to be mended. Not retried. */
export class SqlFaultError extends Error {
  override readonly name = "SqlFaultError";
  /** In the order of their lines; at least one. */
  readonly faults: readonly SqlFault[];

  /** What was changed before the server refused the rest, in words, and stays: empty where nothing was. */
  readonly done: readonly string[];

  constructor(faults: readonly SqlFault[], done: readonly string[] = []) {
    super(faults.map(({ line, reason }) => `line ${line}: ${reason}`).join("; "));
    this.faults = faults;
    this.done = done;
  }
}
