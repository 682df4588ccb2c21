import { describe } from "vitest";
import { memoryPorts } from "../../unit/sync/memory-ports.ts";
import { blobsContract } from "./blobs.ts";

describe("in memory", () => {
  blobsContract(() => memoryPorts().blobs);
});
