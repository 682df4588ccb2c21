import type { Ports } from "../../ports.ts";
import { PART_ROOM } from "../csv/cut-file.ts";
import { LINES_ROOM } from "../csv/line-writer.ts";
import { type Spare, spareBuffers } from "../csv/spare.ts";
import type { DatasetDatabase } from "../database.ts";
import { type Turns, turns } from "../../turns.ts";

/** What the loads of a host work with. */
export interface Loading {
  readonly ports: Ports;
  readonly datasets: DatasetDatabase;
  /** Called when a dataset has other rows than before, to start what follows from that; again after a crash. */
  readonly loaded?: ((table: string, actor: string) => Promise<void>) | undefined;
  /** How large parts are, in bytes; default what the cutter takes. */
  readonly partBytes?: number | undefined;
  /** Parts that are loaded at a time: each takes a connection, and some 10 MiB. */
  readonly partTurns: Turns;
  /** Buffers of parts, and of their rows. */
  readonly spare: { readonly parts: Spare; readonly lines: Spare };
  /** Loads that are finished at a time: each takes up to three connections, and waits for one while it has others. */
  readonly finishTurns: Turns;
}

const PARTS_AT_A_TIME = 2;

/** What one upload has at a time beside what the loaders have, and what the rows of so many parts take. */
const SPARE_PARTS = 2 + PARTS_AT_A_TIME;
const SPARE_LINES = PARTS_AT_A_TIME * 20;
const FINISHES_AT_A_TIME = 2;

/** What a host needs for its loads. The pools of the database have room for what it does at a time. */
export function createLoading(
  ports: Ports,
  datasets: DatasetDatabase,
  { loaded, partBytes }: Pick<Loading, "loaded" | "partBytes"> = {},
): Loading {
  return {
    ports,
    datasets,
    loaded,
    partBytes,
    partTurns: turns(PARTS_AT_A_TIME),
    spare: { parts: spareBuffers(PART_ROOM, SPARE_PARTS), lines: spareBuffers(LINES_ROOM, SPARE_LINES) },
    finishTurns: turns(FINISHES_AT_A_TIME),
  };
}
