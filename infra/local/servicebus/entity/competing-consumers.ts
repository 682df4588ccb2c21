import type { Consumer } from "./consumer.ts";
import type { BrokerMessage } from "./message.ts";
import { ReadyLine } from "./ready-line.ts";

/** The receivers of an entity without sessions: each ready message goes to the next one that can take it. */
export class CompetingConsumers {
  private readonly ready = new ReadyLine();
  private readonly consumers: Consumer[] = [];
  private turn = 0;
  private readonly deliver: (message: BrokerMessage, consumer: Consumer) => void;

  constructor(deliver: (message: BrokerMessage, consumer: Consumer) => void) {
    this.deliver = deliver;
  }

  /** A message became ready, or came back. */
  add(message: BrokerMessage): void {
    this.ready.add(message);
  }

  join(consumer: Consumer): void {
    this.consumers.push(consumer);
  }

  leave(consumer: Consumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at >= 0) this.consumers.splice(at, 1);
  }

  pump(): void {
    for (let consumer = this.next(); consumer !== undefined; consumer = this.next()) {
      const message = this.ready.take();
      if (message === undefined) break;
      this.deliver(message, consumer);
    }
    for (const consumer of this.consumers) consumer.drained();
  }

  /** The next receiver in turn that has credit. */
  private next(): Consumer | undefined {
    for (let i = 0; i < this.consumers.length; i++) {
      this.turn = (this.turn + 1) % this.consumers.length;
      const consumer = this.consumers[this.turn]!;
      if (consumer.credit > 0) return consumer;
    }
    return undefined;
  }
}
