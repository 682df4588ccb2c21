import type { AppDefinition } from "../../define/app.ts";
import type { IntegrationDefinition, Preview, Snapshot } from "../../define/integration.ts";
import { parseKey } from "../../define/key.ts";
import { isPlain } from "../../define/merge.ts";
import { noWatermark, type Watermark, watermarkId } from "../../deliveries/watermark.ts";
import type { Documents } from "../../ports.ts";
import { sameValue } from "../../sync/paths.ts";
import type { RehearsedEntity } from "./chain.ts";
import type { Difference } from "./difference.ts";
import { mappingFault } from "./fault.ts";

/** A delivery that would differ. */
export interface DifferentDelivery {
  readonly integration: string;
  /** Why the destination would refuse it for good: its mapping fails. */
  readonly fault?: string;
}

/**
 * The integrations to which something else would be delivered: those that want a sub-schema that differs, or the
 * removal that does, and whose destination would be sent something else. One whose destination cannot say what it would
 * be sent is among them.
 */
export async function differentDeliveries(
  { app, documents }: { readonly app: AppDefinition; readonly documents: Documents },
  key: string,
  entity: RehearsedEntity,
  differences: readonly Difference[],
): Promise<readonly DifferentDelivery[]> {
  const found: DifferentDelivery[] = [];
  for (const integration of app.integrations.filter((each) => wants(each, key, entity, differences))) {
    const { destination, name } = integration;
    if (!destination.preview) {
      found.push({ integration: name });
      continue;
    }
    const stored = await documents.read<Watermark>("deliveries", key, watermarkId(name));
    const mark = stored?.item ?? noWatermark(key, name);
    const { version } = entity.recorded;
    const recorded = preview(integration, key, mark, entity.recorded, version);
    const rehearsed = preview(integration, key, mark, entity.rehearsed, version);
    if (sameValue(recorded, rehearsed)) continue;
    found.push({
      integration: name,
      ...(rehearsed !== undefined && "fault" in rehearsed ? { fault: rehearsed.fault } : {}),
    });
  }
  return found;
}

function wants(
  { on, changed }: IntegrationDefinition,
  key: string,
  { recorded, rehearsed }: RehearsedEntity,
  differences: readonly Difference[],
): boolean {
  if (parseKey(key).entity !== on.name || differences.length === 0) return false;
  const comesOrGoes = (recorded.data === undefined) !== (rehearsed.data === undefined);
  return comesOrGoes || changed === undefined || differences.some(({ at }) => changed.includes(at[0] ?? ""));
}

/** What would be sent; undefined where nothing would be. */
function preview(
  { destination }: IntegrationDefinition,
  key: string,
  { known, remoteId }: Watermark,
  { data, version }: { readonly data: unknown; readonly version: number },
  shown: number,
): { readonly sends: unknown } | { readonly fault: string } | undefined {
  // What never had a version was never announced.
  if (version === 0) return undefined;
  const snapshot: Snapshot = {
    key,
    ...parseKey(key),
    // The same for both, or they would differ in it alone.
    version: Math.max(shown, 1),
    data: data === undefined ? undefined : inOrder(data),
    known,
    ...(remoteId === undefined ? {} : { remoteId }),
  };
  try {
    const told: Preview | undefined = destination.preview?.(snapshot as Snapshot<never>);
    return told && "sends" in told ? { sends: told.sends } : undefined;
  } catch (error) {
    return { fault: mappingFault(error) };
  }
}

/** A JSON value with its members in one order: which came first is no difference, also where it is sent as text. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isPlain(value)) return value;
  const members = Object.keys(value).toSorted();
  return Object.fromEntries(members.map((name) => [name, inOrder(value[name])]));
}
