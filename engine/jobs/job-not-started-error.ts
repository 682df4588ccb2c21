/** A job could not be started here: its interpreter is missing, its folder cannot be made, its user cannot be taken on. */
export class JobNotStartedError extends Error {
  override readonly name = "JobNotStartedError";
}
