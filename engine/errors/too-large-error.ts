/** Something is larger than the store or the broker takes; repeating does not help. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}
