import type { DocumentDefinition } from "../../engine/define/index.ts";
import { maskParked } from "../../engine/privacy/mask-items.ts";
import { maskValue } from "../../engine/privacy/mask.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import { seesPersonal } from "./access.ts";
import type { Caller } from "./http.ts";

/** A document as it is shown: `id` is its entity's. */
export type DocumentView = Pick<
  DocumentItem,
  "key" | "entity" | "version" | "sequence" | "data" | "deleted" | "parked" | "at"
> & { readonly id: string };

/** A document as a caller may see it: personal values masked, and why it is parked, for who may not see them. */
export function documentView(
  { key, entity, entityId: id, version, sequence, data, deleted, parked, at }: DocumentItem,
  { personal }: DocumentDefinition,
  caller: Caller,
): DocumentView {
  const sees = seesPersonal(caller);
  return {
    key,
    entity,
    id,
    version,
    sequence,
    ...(data === undefined ? {} : { data: sees ? data : maskValue(data, personal) }),
    ...(deleted ? { deleted } : {}),
    ...(parked ? { parked: sees ? parked : maskParked(parked) } : {}),
    at,
  };
}
