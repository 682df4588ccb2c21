/** The store or the broker does not answer, or asks to be left alone: the same may go through in a moment. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}
