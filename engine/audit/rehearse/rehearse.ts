import { BlobLostError } from "../../errors/blob-lost-error.ts";
import type { AppDefinition } from "../../define/app.ts";
import { parseKey } from "../../define/key.ts";
import type { RuleDefinition } from "../../define/rule.ts";
import type { Ports } from "../../ports.ts";
import { readChain } from "../read-chain.ts";
import { rehearseChain } from "./chain.ts";
import { differentDeliveries } from "./deliveries.ts";
import { differences } from "./difference.ts";
import { keysInScope, type RehearsalScope } from "./scope.ts";
import type { Rehearsal, Unreadable } from "./tally.ts";

/** What a rehearsal reads, and the rules that it runs. It writes nothing. */
export interface RehearsalContext {
  readonly app: AppDefinition;
  /** The hash of a rule as built. */
  readonly ruleHash: (rule: RuleDefinition) => string;
  readonly ports: Pick<Ports, "documents" | "blobs">;
}

/**
 * Runs today's rules on recorded events, entity by entity in the order of their keys, from the one after `last` (`""`:
 * from the first): each as it would be. Reads as far as it is asked, a page at a time. Rejects when the store fails.
 */
export async function* rehearse(
  context: RehearsalContext,
  scope: RehearsalScope,
  last = "",
): AsyncGenerator<Rehearsal | Unreadable> {
  for await (const key of keysInScope(context.ports.documents, scope, last)) {
    yield await rehearseEntity(context, scope, key);
  }
}

async function rehearseEntity(
  { app, ruleHash, ports }: RehearsalContext,
  { holds }: RehearsalScope,
  key: string,
): Promise<Rehearsal | Unreadable> {
  try {
    const entity = await rehearseChain(readChain(ports, key), { app, ruleHash, holds });
    const different = entity.events === 0 ? [] : differences(entity.recorded.data, entity.rehearsed.data);
    const sources = { app, documents: ports.documents };
    return {
      key,
      document: app.documents.get(parseKey(key).entity),
      entity,
      differences: different,
      deliveries: await differentDeliveries(sources, key, entity, different),
    };
  } catch (error) {
    if (error instanceof BlobLostError) return { key, unreadable: true };
    throw error;
  }
}
