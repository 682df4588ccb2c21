import type { Answer } from "../http/answer.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { etagOf } from "../store/log-sequence.ts";

/** `GET …/pkranges`: the whole container is one range, so that one answer is always the whole answer. */
export function keyRanges(container: ContainerEntry): Answer {
  const range = {
    _rid: container.rid,
    id: "0",
    _etag: etagOf(container.lsn),
    minInclusive: "",
    maxExclusive: "FF",
    ridPrefix: 0,
    _self: `${container.self}pkranges/0/`,
    throughputFraction: 1,
    status: "online",
    parents: [],
    _ts: container.seconds,
    lsn: container.lsn,
  };
  return {
    status: 200,
    body: JSON.stringify({ _rid: container.rid, PartitionKeyRanges: [range], _count: 1 }),
    etag: etagOf(container.lsn),
    itemCount: 1,
  };
}
