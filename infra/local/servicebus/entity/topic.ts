import { MessageView } from "../filter/message-view.ts";
import type { BrokerMessage, NewMessage } from "./message.ts";
import { Queue } from "./queue.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Copies each message to the subscriptions that want it. It is a queue that keeps nothing but what is
 * scheduled, so that scheduling and duplicate detection work as on a queue.
 */
export class Topic extends Queue {
  readonly subscriptions: Subscription[] = [];

  override add(fresh: NewMessage): BrokerMessage | undefined {
    if (fresh.state === "scheduled") return super.add(fresh);
    const view = new MessageView(fresh.content);
    for (const subscription of this.subscriptions) if (subscription.wants(view)) subscription.receive(fresh);
    return undefined;
  }
}
