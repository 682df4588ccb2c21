/** The table became another one while it was read: what was read may be of both. */
export class TableChangedError extends Error {
  override readonly name = "TableChangedError";
}
