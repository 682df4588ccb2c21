import { LOADS } from "../../define/topology.ts";
import type { Part } from "../csv/part.ts";
import { type LoadMessage, laneOf } from "./load-message.ts";
import type { Loading } from "./loading.ts";
import { putPart } from "./part-blob.ts";
import { persistently } from "./persistently.ts";

/** How many parts are on their way to Blob Storage at a time; the file is not read on before one has arrived. */
const IN_FLIGHT = 1;

/** Sends the parts of a load to the loaders. */
export interface PartSender {
  /** Resolves when there is room for the next part. Throws what sending an earlier one threw. */
  send(part: Part): Promise<void>;
  /** Resolves when all are sent. */
  sent(): Promise<{ parts: number; records: number }>;
  /** Resolves when nothing is on its way any more, whether it arrived or not. */
  still(): Promise<void>;
}

/** Sends the parts of the load of a run, each as a blob, and a message when that is there. */
export function partSender({ ports, spare }: Loading, run: string): PartSender {
  const { blobs, queue, log } = ports;
  const onTheWay = new Set<Promise<void>>();
  let [parts, records] = [0, 0];
  let failure: { readonly error: unknown } | undefined;
  const sendOne = async ({ number, bytes, ...rest }: Part): Promise<void> => {
    const body: LoadMessage = {
      run,
      part: number,
      records: rest.records,
      firstRecord: rest.firstRecord,
      firstLine: rest.firstLine,
    };
    await persistently(log, `sending part ${number} of the load ${run}`, async () => {
      await putPart(blobs, run, number, bytes);
      await queue(LOADS).send([
        { body, sessionId: laneOf(run, number), messageId: `${run}#${String(number)}` },
      ]);
    });
    spare.parts.give(bytes);
  };
  const check = (): void => {
    if (failure) throw failure.error;
  };
  return {
    async send(part) {
      while (onTheWay.size >= IN_FLIGHT) await Promise.race(onTheWay);
      check();
      parts += 1;
      records += part.records;
      const sending = sendOne(part)
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => onTheWay.delete(sending));
      onTheWay.add(sending);
    },
    async sent() {
      await Promise.all(onTheWay);
      check();
      return { parts, records };
    },
    async still() {
      await Promise.all(onTheWay);
    },
  };
}
