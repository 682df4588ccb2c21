import type { IntegrationDefinition } from "../../define/integration.ts";
import type { Documents } from "../../ports.ts";
import { type AttemptAt, attemptsFor, firstToBring } from "./attempts.ts";
import { deliveryOf, type ExplainedAttempt, type ExplainedDelivery, maskAttempt } from "./deliveries.ts";
import type { Standing } from "./destinations.ts";
import type { Setting } from "./leaf.ts";

/** What became of a value of a sub-schema, that a record set, at each integration. */
export type Reach = (subSchema: string, setting: Setting) => Promise<readonly ExplainedDelivery[]>;

/**
 * Follows values of one entity to its integrations, each of which stands as `standings` says. Asks once for each event,
 * however many values it set. With `masked`, texts that may quote a personal value are not shown.
 */
export function reachOf(
  documents: Documents,
  key: string,
  integrations: readonly IntegrationDefinition[],
  standings: ReadonlyMap<string, Standing>,
  masked: boolean,
): Reach {
  const known = new Map<string, Promise<Found>>();
  return async (subSchema, setting) => {
    const { id } = setting.event;
    const finding = known.get(id) ?? find(setting);
    known.set(id, finding);
    const { attempts, more, brought } = await finding;
    return integrations.flatMap((integration) => {
      const standing = standings.get(integration.name);
      if (!standing) return [];
      const own = attempts.filter(({ integration: at }) => at === integration.name).map(shown);
      const later = brought.get(integration.name);
      const found = { attempts: own, more, broughtBy: later && shown(later) };
      return [deliveryOf(integration, subSchema, setting, standing, found)];
    });
  };

  async function find({ event, version }: Setting): Promise<Found> {
    const { items, more } = await attemptsFor(documents, key, event.id);
    const brought = new Map<string, AttemptAt>();
    const without = integrations.filter(
      ({ name }) => (standings.get(name)?.has ?? 0) >= version && !items.some((made) => isDone(made, name)),
    );
    await Promise.all(
      without.map(async ({ name }) => {
        const first = await firstToBring(documents, key, name, version);
        if (first) brought.set(name, first);
      }),
    );
    return { attempts: items, more, brought };
  }

  function shown({ integration: _integration, ...attempt }: AttemptAt): ExplainedAttempt {
    return masked ? maskAttempt(attempt) : attempt;
  }
}

interface Found {
  readonly attempts: readonly AttemptAt[];
  readonly more: boolean;
  readonly brought: ReadonlyMap<string, AttemptAt>;
}

function isDone({ integration, status }: AttemptAt, name: string): boolean {
  return integration === name && (status === "delivered" || status === "ignored");
}
