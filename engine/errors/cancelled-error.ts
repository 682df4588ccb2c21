/** An operator wants a run to end; what it did so far stays done. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";

  constructor() {
    super("the run was cancelled");
  }
}
