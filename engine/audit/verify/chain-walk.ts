import type { DocumentItem } from "../../sync/entity.ts";
import { documentBreak, type Folded } from "./check-document.ts";
import type { CheckedRecord } from "./check-record.ts";
import type { StoredRecord } from "../record.ts";
import { BLANK } from "../replay.ts";
import { folding, isErasure, isWiped } from "./verify-entity.ts";

/** An item of an entity as the store has it. */
export type EntityItem = StoredRecord | DocumentItem;

/**
 * One entity while its items go by, in the order of their sequence: remembers no more than what they come to so far.
 * It says whether all of it holds, not what does not: for that the entity is looked at by itself.
 */
export class ChainWalk {
  readonly key: string;
  records = 0;
  unread = 0;
  #folded: Folded = { state: BLANK, unread: false };
  #document: DocumentItem | undefined;
  #suspicious = false;
  /** A record without its personal values, and no erasure since that took them. */
  #wiped = false;

  constructor(key: string) {
    this.key = key;
  }

  /** The next item; of a record, what was found of it by itself. */
  add(item: EntityItem, checked: CheckedRecord | undefined): void {
    if (!checked) {
      this.#suspicious ||= this.#document !== undefined;
      this.#document = item as DocumentItem;
      return;
    }
    this.records += 1;
    if (!checked.record && !checked.fault) this.unread += 1;
    if (this.#suspicious) return;
    const record = item as StoredRecord;
    const { sequence, head } = this.#folded.state;
    if (checked.fault || record.sequence !== sequence + 1 || record.previous !== head) {
      this.#suspicious = true;
      return;
    }
    this.#folded = folding(this.#folded, record, checked);
    this.#wiped = (this.#wiped || isWiped(record, checked)) && !isErasure(record);
  }

  /** Whether all that went by holds: then it is whole. */
  holds(): boolean {
    if (this.#suspicious || this.#wiped) return false;
    return this.#document !== undefined && documentBreak(this.#document, this.#folded) === undefined;
  }
}
