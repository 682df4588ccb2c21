import { type Container, CosmosClient } from "@azure/cosmos";
import type { AuditRecord } from "../engine/audit/record.ts";
import type { DeliveryRecord } from "../engine/deliveries/records.ts";
import type { Watermark } from "../engine/deliveries/watermark.ts";
import type { DocumentItem } from "../engine/sync/entity.ts";

/** Where Cosmos DB, or its stand-in, is. */
export interface CosmosAddress {
  readonly endpoint: string;
  readonly key: string;
  readonly database: string;
}

/** What Caudal keeps, read with the Cosmos SDK, past all code of Caudal's. */
export class Archive {
  readonly #client: CosmosClient;
  readonly #unified: Container;
  readonly #deliveries: Container;

  constructor({ endpoint, key, database }: CosmosAddress) {
    const connectionPolicy = { enableEndpointDiscovery: false };
    this.#client = new CosmosClient({ endpoint, key, connectionPolicy });
    this.#unified = this.#client.database(database).container("unified");
    this.#deliveries = this.#client.database(database).container("deliveries");
  }

  /** Ids of all audit records there are. */
  recorded(): Promise<string[]> {
    return all<string>(this.#unified, "SELECT VALUE c.id FROM c WHERE c.kind = 'audit'");
  }

  records(): Promise<AuditRecord[]> {
    return all<AuditRecord>(this.#unified, "SELECT * FROM c WHERE c.kind = 'audit'");
  }

  documents(): Promise<DocumentItem[]> {
    return all<DocumentItem>(this.#unified, "SELECT * FROM c WHERE c.kind = 'document'");
  }

  deliveries(): Promise<DeliveryRecord[]> {
    return all<DeliveryRecord>(this.#deliveries, "SELECT * FROM c WHERE c.kind = 'delivery'");
  }

  /** Deliveries that failed for good. */
  failures(): Promise<DeliveryRecord[]> {
    const text = "SELECT * FROM c WHERE c.kind = 'delivery' AND c.status = 'failed'";
    return all<DeliveryRecord>(this.#deliveries, text);
  }

  watermarks(): Promise<Watermark[]> {
    return all<Watermark>(this.#deliveries, "SELECT * FROM c WHERE c.kind = 'watermark'");
  }

  /** Lets go of connections. */
  close(): void {
    this.#client.dispose();
  }
}

async function all<Item>(container: Container, text: string): Promise<Item[]> {
  const { resources } = await container.items.query<Item>(text, { maxItemCount: 1_000 }).fetchAll();
  return resources;
}
