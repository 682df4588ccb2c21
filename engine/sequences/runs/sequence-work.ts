import type { Blobs, Ports } from "../../ports.ts";
import type { SequenceBook } from "../book.ts";
import type { StepRunner } from "../step.ts";

/** Containers of blobs by their names, as far as new blobs are looked for in them. */
export type BlobContainers = (name: string) => Pick<Blobs, "list">;

/** What runs of sequences are made with. */
export interface SequenceWork {
  readonly ports: Ports;
  readonly book: SequenceBook;
  readonly runner: StepRunner;
  readonly containers: BlobContainers;
}
