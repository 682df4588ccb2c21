/** Another run took a lease over: this one did not renew it in time and must not go on. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";

  constructor() {
    super("another run took over: this one did not renew its lease in time");
  }
}
