/** A list was asked to go on from a cursor that none of its pages gave. */
export class BadCursorError extends Error {
  override readonly name = "BadCursorError";
}
