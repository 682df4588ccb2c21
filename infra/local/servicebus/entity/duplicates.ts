import type { Store } from "../store/store.ts";

/** The message ids an entity has seen within its window: a second message with one of them is dropped. */
export class Duplicates {
  /** Id to when it was seen, oldest first. */
  private readonly seen = new Map<string, number>();
  private lastPurge: number;
  private readonly store: Store;
  private readonly entity: number;
  private readonly window: number;

  /** `window` in milliseconds. Reads back what the store remembers. */
  constructor(store: Store, entity: number, window: number) {
    this.store = store;
    this.entity = entity;
    this.window = window;
    this.lastPurge = Date.now();
    for (const { messageId, at } of store.duplicates(entity, this.lastPurge - window))
      this.seen.set(messageId, at);
  }

  /** True when the id is new; it is remembered from now on. */
  isNew(messageId: string, now: number): boolean {
    this.purge(now);
    const at = this.seen.get(messageId);
    if (at !== undefined && at > now - this.window) return false;
    this.seen.delete(messageId);
    this.seen.set(messageId, now);
    this.store.rememberDuplicate(this.entity, messageId, now);
    return true;
  }

  private purge(now: number): void {
    if (now - this.lastPurge < Math.min(this.window, 10_000)) return;
    this.lastPurge = now;
    const before = now - this.window;
    for (const [id, at] of this.seen) {
      if (at > before) break;
      this.seen.delete(id);
    }
    this.store.forgetDuplicates(this.entity, before);
  }
}
