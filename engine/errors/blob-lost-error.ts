/** A blob that something refers to is gone, or holds other bytes than were put there; repeating does not help. */
export class BlobLostError extends Error {
  override readonly name = "BlobLostError";
  readonly why: "missing" | "altered";

  constructor(blob: string, why: "missing" | "altered") {
    super(`the blob ${blob} ${why === "missing" ? "is not there" : "holds other bytes than were put there"}`);
    this.why = why;
  }
}
