/** A blob was replaced or deleted while it was read: what came so far and what would come do not belong together. */
export class ChangedBlobError extends Error {
  override readonly name = "ChangedBlobError";
}
