import type { ServiceError } from "../service-error.ts";
import type { Lock } from "./lock.ts";
import type { BrokerMessage } from "./message.ts";
import type { MessageContent } from "../wire/content.ts";
import type { Session } from "./session.ts";

/** A receiving link, as an entity sees it. */
export interface Consumer {
  /** Identifies the connection: its locks go when it drops. */
  readonly connection: object;
  /** True for receive-and-delete: a message is gone once handed over. */
  readonly deletes: boolean;
  /** How many messages it can take now. */
  readonly credit: number;
  /** Takes one off the credit, for a message that `deliver` will bring in this turn. */
  reserve(): void;
  /** Hands a message over; `lock` is absent for receive-and-delete. */
  deliver(message: BrokerMessage, content: MessageContent, lock: Lock | undefined, lockedUntil: number): void;
  /** Called after all that could be delivered was: answers a pending drain. */
  drained(): void;
  /** Ends the link with an error. */
  end(error: ServiceError): void;
}

/** A link that waits for, or holds, a session. */
export interface SessionConsumer extends Consumer {
  /** The session is now its own. */
  granted(session: Session): void;
}
