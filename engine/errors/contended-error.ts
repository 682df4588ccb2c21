/** Others changed the same item again and again while we tried; the message goes back to the queue. */
export class ContendedError extends Error {
  override readonly name = "ContendedError";

  constructor(what: string, attempts: number) {
    super(`${what} changed under us ${attempts} times in a row`);
  }
}
