import type { Ports } from "../../ports.ts";
import type { Working } from "../../runs/work.ts";
import { NOTHING_VERIFIED, type Verified } from "./break.ts";
import { countRecords, verifyEntities, type VerifyScope, withEntity } from "./verify.ts";

/** Where a verification stands: entities up to `after` are verified. */
export interface VerifyState {
  readonly after: string;
  readonly verified: Verified;
}

/** Records after which a run is saved; what was done since is done again after a crash. */
const SAVE_AFTER = 2_000;

/**
 * Verifies the audit log as a run, a slice at a time, between entities. A run saves what is broken where, and no value
 * of any record.
 */
export async function verifyLog(
  ports: Pick<Ports, "documents" | "blobs">,
  run: Working<VerifyState>,
): Promise<Record<string, unknown> | "again"> {
  const scope = run.request as VerifyScope;
  const total = await countRecords(ports, scope);
  let { after, verified } = run.state ?? { after: "", verified: NOTHING_VERIFIED };
  const save = (): Promise<void> =>
    run.save({
      done: verified.records,
      ...(total === undefined ? {} : { total }),
      state: { after, verified },
      result: { ...verified },
    });
  let saved = verified.records;
  for await (const one of verifyEntities(ports, { ...scope, after })) {
    verified = withEntity(verified, one);
    after = one.key;
    if (run.spent()) {
      await save();
      return "again";
    }
    if (verified.records - saved < SAVE_AFTER) continue;
    await save();
    saved = verified.records;
  }
  await save();
  return { ...verified };
}
