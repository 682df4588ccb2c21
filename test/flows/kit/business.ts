import { randomUUID } from "node:crypto";
import { Marketing, Store } from "./outside.ts";
import { type Answer, Site, WEBHOOK_SECRET } from "./site.ts";

export { eventually, inFlight } from "./patience.ts";
export type { Answer } from "./site.ts";

/** The example business on a stack of its own, with the systems around it. */
export class Business extends Site {
  readonly marketing = new Marketing();
  readonly store = new Store();

  /** Starts everything. */
  static async open(options: { hosts?: number } = {}): Promise<Business> {
    const business = new Business(await Site.folder());
    business.env = {
      CRM_WEBHOOK_SECRET: WEBHOOK_SECRET,
      MARKETING_API_URL: await business.marketing.open(),
      MARKETING_API_TOKEN: "marketing-token",
      STORE_API_URL: await business.store.open(),
      STORE_PULL_SCHEDULE: "0 0 0 1 1 *",
    };
    try {
      await business.start(options);
    } catch (error) {
      await business.close();
      throw error;
    }
    return business;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.marketing.close();
    await this.store.close();
  }

  /** The body of a contact event. */
  contact(documentNumber: string, data: object = {}, timestamp = new Date().toISOString()): string {
    return JSON.stringify({
      type: "contact.upserted",
      timestamp,
      data: { documentType: "CC", documentNumber, ...data },
    });
  }

  /** Sends a webhook of the CRM, signed unless `headers` say otherwise. */
  async send(
    body: string | Uint8Array,
    id: string = randomUUID(),
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.post("crm", body, id, headers);
  }

  /** Sends until it is taken in: a sender's patience while something restarts. */
  async deliver(body: string, id: string, patienceMs = 90_000): Promise<void> {
    return this.postUntilTaken("crm", body, id, patienceMs);
  }

  /** Rows of the business model, by customer id. */
  async rows(): Promise<Map<string, Record<string, unknown>>> {
    const rows = await this.sql("SELECT * FROM caudal_customer_360.customers");
    return new Map(rows.map((row) => [String(row["id"]), row]));
  }
}
