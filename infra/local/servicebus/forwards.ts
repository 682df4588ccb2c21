import { ConfigError, type BrokerConfig } from "./config.ts";

/** That what arrives at one entity goes on to another. */
export interface Forward {
  readonly from: string;
  readonly to: string;
  /** For dead letters: the entity they come from, which the message then names. */
  readonly source: string | undefined;
}

/** How often a message may be handed on. Source: Service Bus auto-forwarding, "at most four hops". */
const MOST_HOPS = 4;

/** All forwarding a configuration asks for. */
export function forwardsOf(config: BrokerConfig): Forward[] {
  const forwards: Forward[] = [];
  const collect = (
    path: string,
    properties: { ForwardTo: string; ForwardDeadLetteredMessagesTo: string },
  ): void => {
    const { ForwardTo: to, ForwardDeadLetteredMessagesTo: letters } = properties;
    if (to !== "") forwards.push({ from: path, to, source: undefined });
    if (letters !== "") forwards.push({ from: `${path}/$DeadLetterQueue`, to: letters, source: path });
  };
  for (const queue of config.Queues) collect(queue.Name, queue.Properties);
  for (const topic of config.Topics)
    for (const subscription of topic.Subscriptions)
      collect(`${topic.Name}/Subscriptions/${subscription.Name}`, subscription.Properties);
  return forwards;
}

/** Throws ConfigError when a target is missing, or a chain is longer than four hops (a circle among them). */
export function checkForwards(forwards: readonly Forward[], entities: ReadonlyMap<string, unknown>): void {
  const next = new Map(forwards.map(({ from, to }) => [from.toLowerCase(), to.toLowerCase()]));
  for (const { from, to } of forwards) {
    const [target, start] = [to.toLowerCase(), from.toLowerCase()];
    if (!entities.has(target) || target.includes("/subscriptions/"))
      throw new ConfigError(`${from}: it forwards to "${to}", which is no queue or topic of this namespace`);
    let hops = 0;
    for (let at: string | undefined = start; at !== undefined; at = next.get(at))
      if (hops++ > MOST_HOPS)
        throw new ConfigError(`${from}: forwarding takes more than ${MOST_HOPS} hops, or is a circle`);
  }
}
