import type { AuditRecord } from "../engine/audit/record.ts";
import { entityKey } from "../engine/define/key.ts";
import type { ShopDay } from "./day/clock.ts";
import type { Operator } from "./operator.ts";
import type { Story } from "./story.ts";
import { counted } from "./table.ts";

/** Of what the API answers, what the demo tells. */
interface Explained {
  readonly value?: unknown;
  readonly setBy?: { readonly why: string };
  readonly earlier: readonly Told[];
  readonly lost: readonly (Told & { readonly why: string })[];
  readonly deliveries: readonly {
    readonly integration: string;
    readonly reached: string;
    readonly has: number;
  }[];
}

interface Told {
  readonly value?: unknown;
  readonly source: string;
  readonly time: string;
}

/**
 * Asks as an auditor does: why a value that won stands where it stands, what was believed before it came, and whether
 * anything was altered. Tells the answers; the checks are elsewhere.
 */
export async function askQuestions(
  operator: Operator,
  records: readonly AuditRecord[],
  { day, story }: { day: ShopDay; story: Story },
): Promise<void> {
  const contest = contestIn(records);
  if (contest) await explain(operator, contest, { day, story });
  const { json } = await operator.ask("GET", "/api/v1/audit/verify");
  const {
    entities,
    records: found,
    breaks,
  } = json as { entities: number; records: number; breaks: unknown[] };
  story.plain("  Was anything altered?");
  story.note(
    `${counted(found, "record")} of ${counted(entities, "customer")} verified: ${counted(breaks.length, "break")}`,
  );
}

/** Where two values met, and the one that came last did not stand. */
function contestIn(records: readonly AuditRecord[]): { record: AuditRecord; path: string } | undefined {
  for (const record of records) {
    const lost = record.refused?.find(
      ({ reason, path }) => reason === "stale" && path.startsWith("address."),
    );
    if (lost) return { record, path: lost.path };
  }
  return undefined;
}

async function explain(
  operator: Operator,
  { record, path }: { record: AuditRecord; path: string },
  { day, story }: { day: ShopDay; story: Story },
): Promise<void> {
  const { entity, entityId } = record;
  const at = `/api/v1/entities/${entity}/${encodeURIComponent(entityId)}`;
  const { status, json } = await operator.ask("GET", `${at}/explain?path=${encodeURIComponent(path)}`);
  if (status !== 200) return story.bad(`GET ${at}/explain was answered ${status}`);
  const { value, setBy, earlier, lost, deliveries } = json as unknown as Explained;
  const clock = (time: string): string => day.clock(Date.parse(time));
  story.plain(`  Why is ${path} of ${entityKey(entity, entityId)} ${shown(value)}?`);
  if (setBy) story.note(setBy.why);
  for (const before of earlier)
    story.note(`before it: ${shown(before.value)}, which ${before.source} saw at ${clock(before.time)}`);
  for (const loser of lost) story.note(`did not stand: ${shown(loser.value)}; ${loser.why}`);
  for (const { integration, reached, has } of deliveries)
    story.note(`${integration}: ${reached}${has > 0 ? `, has version ${has}` : ""}`);
}

function shown(value: unknown): string {
  return value === undefined ? "no value" : JSON.stringify(value);
}
