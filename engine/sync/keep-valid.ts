import type { z } from "zod";
import type { Observed } from "./observed.ts";
import type { Resolution } from "./resolve.ts";

/** What a document was before a resolution altered it. */
export interface Before {
  readonly data: unknown;
  readonly observed: Observed;
}

/**
 * A document that mixes two observations may break its schema (half an address). The sub-schemas at fault then stay
 * as they were, and what would have changed there is refused; all of it, where the document is still none after that.
 */
export function keepValid(before: Before, schema: z.ZodType, resolution: Resolution): Resolution {
  const broken = brokenParts(schema, resolution.data);
  if (broken.size === 0) return resolution;
  const kept = refuseAsInvalid(before, resolution, (path) => broken.has(path.split(".")[0] ?? ""));
  return brokenParts(schema, kept.data).size === 0 ? kept : refuseAsInvalid(before, resolution, () => true);
}

/** The sub-schemas that the schema refuses; `""` stands for the document as a whole. */
function brokenParts(schema: z.ZodType, data: unknown): ReadonlySet<string> {
  const parsed = data === undefined ? undefined : schema.safeParse(data);
  return new Set(parsed?.error?.issues.map((issue) => String(issue.path[0] ?? "")));
}

function refuseAsInvalid(
  { data: stood, observed }: Before,
  resolution: Resolution,
  isBroken: (path: string) => boolean,
): Resolution {
  const before = stood as Record<string, unknown> | undefined;
  const data: Record<string, unknown> = { ...(resolution.data as Record<string, unknown>) };
  for (const name of Object.keys({ ...before, ...data }).filter(isBroken)) {
    if (before && Object.hasOwn(before, name)) data[name] = before[name];
    else delete data[name];
  }
  const pick = (from: Observed, wanted: boolean): Observed =>
    Object.fromEntries(Object.entries(from).filter(([path]) => isBroken(path) === wanted));
  return {
    data: Object.keys(data).length > 0 ? data : undefined,
    observed: { ...pick(resolution.observed, false), ...pick(observed, true) },
    changes: resolution.changes.filter((change) => !isBroken(change.path)),
    refused: [
      ...resolution.refused,
      ...resolution.changes
        .filter((change) => isBroken(change.path))
        .map(({ old: _old, ...change }) => ({ ...change, reason: "invalid" as const })),
    ],
  };
}
