import type { LoadEnd } from "../datasets/load/load-record.ts";

/** A load ended while its file was still read: one of its parts failed it, or an operator cancelled it. */
export class LoadEndedError extends Error {
  override readonly name = "LoadEndedError";
  readonly run: string;
  readonly end: LoadEnd;

  constructor(run: string, end: LoadEnd) {
    super(end.error ?? `the load was ${end.status}`);
    this.run = run;
    this.end = end;
  }
}
