import { beforeAll, beforeEach, expect } from "vitest";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { type Break, NOTHING_VERIFIED, type Verified } from "../../engine/audit/verify/break.ts";
import type { Shelf } from "../../engine/audit/verify/verify-entity.ts";
import { verifyEntities, type VerifyScope, withEntity } from "../../engine/audit/verify/verify.ts";
import type { CloudEvent } from "../../engine/define/index.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import * as people from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";
import { type Tamperer, tampererOf } from "./tampering.ts";

const { event, gone, minute, person, told, visited } = people;

/** More than a record has room for: it goes to a blob. */
export const LARGE = "ñ".repeat(200_000);

/** Entities that are processed on the stand-in of the store, altered by somebody's hand, and verified. */
export class VerifyDesk {
  readonly account = useAccount();
  readonly definitions = {
    documents: [person],
    rules: [people.toldRule, people.goneRule, people.visitedRule],
  };
  desk: Desk = undefined as never;
  hand: Tamperer = undefined as never;
  #opened = 0;

  constructor() {
    beforeAll(async () => {
      await makeContainers(this.account.database);
      this.desk = openDesk(this.account.database, this.definitions);
      this.hand = tampererOf(this.account.database.container("unified"));
    });
  }

  /** A key that nothing has yet. */
  newKey(): string {
    return `person|${(this.#opened += 1)}`;
  }

  async verify(scope: VerifyScope, from: Shelf = this.desk.ports): Promise<Verified> {
    let verified = NOTHING_VERIFIED;
    for await (const one of verifyEntities(from, scope)) verified = withEntity(verified, one);
    return verified;
  }
}

/** The same, with an entity for each case. */
export class OneVerified extends VerifyDesk {
  key = "";

  /** Six records: one that was removed in between, and the fifth a large one. */
  constructor() {
    super();
    beforeEach(async () => {
      this.key = this.newKey();
      await this.give(this.said(1, { email: "a@example.com", name: "Ana" }), this.said(2, { phone: "1" }));
      await this.give(this.its(event(gone.type, minute(3))), this.said(4, { email: "b@example.com" }));
      await this.give(this.said(5, { email: LARGE }), this.its(event(visited.type, minute(6))));
    });
  }

  /** An event of the entity. */
  its(each: CloudEvent): CloudEvent {
    return { ...each, subject: this.key };
  }

  said(at: number, facts: object): CloudEvent {
    return this.its(event(told.type, minute(at), facts));
  }

  give(...events: readonly CloudEvent[]): Promise<void> {
    return this.desk.processor.process(events);
  }

  /** What verifying the entity comes to. */
  whole(from?: Shelf): Promise<Verified> {
    return this.verify({ key: this.key }, from);
  }

  /** Its break, if it has one. */
  async found(from?: Shelf): Promise<Partial<Break> | undefined> {
    const { breaks } = await this.whole(from);
    if (breaks.length > 1) throw new Error(`one entity has ${breaks.length} first breaks`);
    return breaks[0];
  }

  /** The record at a place, and all. */
  async at(place: number): Promise<AuditRecord> {
    const record = (await this.hand.records(this.key))[place - 1];
    if (!record) throw new Error(`there is no record ${place}`);
    return record;
  }

  /** Alters the record at a place, and says its id. */
  async alter(place: number, change: (record: AuditRecord) => object): Promise<string> {
    const record = await this.at(place);
    await this.hand.put({ ...record, ...change(record) });
    return record.id;
  }

  async alterDocument(change: (document: DocumentItem) => object): Promise<void> {
    const document = await this.hand.document(this.key);
    await this.hand.put({ ...document, ...change(document) });
  }

  broken(kind: Break["kind"], sequence: number, id: string): Partial<Break> {
    return expect.objectContaining({ key: this.key, kind, sequence, id }) as Partial<Break>;
  }
}
