/** How an entity that hands out messages behaves. Durations in milliseconds, Infinity for none. */
export interface QueueSettings {
  readonly lockDuration: number;
  /** Failed deliveries after which a message is dead-lettered; Infinity on a dead-letter queue. */
  readonly maxDeliveryCount: number;
  readonly requiresSession: boolean;
  readonly timeToLive: number;
  readonly deadLetterExpired: boolean;
  /** How long message ids are remembered; undefined without duplicate detection. */
  readonly duplicateWindow: number | undefined;
}
