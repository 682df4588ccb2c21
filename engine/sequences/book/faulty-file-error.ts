import { PermanentError } from "../../errors/permanent-error.ts";
import type { Sequence } from "../sequence.ts";

/** A sequence or a module that is there, and cannot be understood: the message says where and why. */
export class FaultyFileError extends PermanentError {
  /** Where it came from. */
  readonly from: Sequence["from"];

  constructor(message: string, from: Sequence["from"] = "file") {
    super(message);
    this.from = from;
  }
}
