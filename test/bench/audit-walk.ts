// node test/bench/audit-walk.ts <endpoint> <key> <verify|read>: one walk over the whole log in a process of its own, and
// what it took. A child of audit.ts.
import { conditionOf } from "../../engine/condition.ts";
import { brokenIn, NOTHING_VERIFIED } from "../../engine/audit/verify/break.ts";
import { verifyEntities, withEntity } from "../../engine/audit/verify/verify.ts";
import { walkItems } from "../../engine/audit/walk.ts";
import { openStore } from "../../engine/azure/open.ts";

/** What a walk says of itself. */
export interface Walked {
  readonly ms: number;
  readonly records: number;
  readonly broken: number;
  /** Most memory until a tenth of the records was seen, and until the end, in MiB. */
  readonly rssAtTenth: number;
  readonly rssAtEnd: number;
}

const TOTAL = 100_000;
const [endpoint = "", key = "", what = ""] = process.argv.slice(2);
const { documents, close } = openStore({ endpoint, key });
let [peak, tenth] = [0, 0];
const seen = (records: number): void => {
  peak = Math.max(peak, process.memoryUsage.rss());
  if (records >= TOTAL / 10 && tenth === 0) tenth = peak;
};
const start = performance.now();
let verified = NOTHING_VERIFIED;
if (what === "verify") {
  for await (const one of verifyEntities({ documents }, {})) {
    verified = withEntity(verified, one);
    seen(verified.records);
  }
} else {
  let items = 0;
  const where = conditionOf(["c.kind IN ('audit', 'document')"], ["c.key > @after", ""]);
  for await (const item of walkItems<{ kind: string }>(documents, "*", where, "c.key, c.sequence")) {
    if (item.kind === "audit") items += 1;
    if (items % 500 === 0) seen(items);
  }
  verified = { ...verified, records: items };
}
const ms = performance.now() - start;
await close();
const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const walked: Walked = {
  ms,
  records: verified.records,
  broken: brokenIn(verified),
  rssAtTenth: mib(tenth),
  rssAtEnd: mib(peak),
};
process.send?.(walked);
