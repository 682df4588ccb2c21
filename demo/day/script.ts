import type { Address } from "./places.ts";
import type { Person } from "./people.ts";

/** What the CRM says of a contact: what is left out stays, null clears. */
export interface ContactData {
  readonly documentType: string;
  readonly documentNumber: string;
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly address?: Address | null;
  readonly marketingConsent?: boolean | null;
}

/** The body of the CRM's webhook. */
export type ContactEvent =
  | { readonly type: "contact.upserted"; readonly timestamp: string; readonly data: ContactData }
  | {
      readonly type: "contact.removed";
      readonly timestamp: string;
      readonly data: Pick<ContactData, "documentType" | "documentNumber">;
    };

/** What is wrong with a webhook on purpose. */
export type Fault = "signature" | "phone" | "future";

/** The CRM sends a webhook. */
export interface WebhookStep {
  readonly kind: "webhook";
  /** When it is sent, in milliseconds since 1970; when it happened stands in its body. */
  readonly at: number;
  /** The line of the story that tells it; most events of the crowd have none. */
  readonly say?: string;
  readonly person: Person;
  /** The same on a resend. */
  readonly webhookId: string;
  readonly event: ContactEvent;
  readonly fault?: Fault;
  /** It was sent before, by mistake of the network. */
  readonly resend?: true;
}

/** A record of the store's API. */
export interface StoreRecord {
  readonly documentType: string;
  readonly documentNumber: string;
  readonly orders: number;
  /** A decimal with two places. */
  readonly totalSpent: string;
  readonly currency: string;
  readonly lastOrderAt: string | null;
  readonly updatedAt: string;
}

/** The store sums up its sales, and Caudal is asked to pull them. */
export interface PullStep {
  readonly kind: "pull";
  readonly at: number;
  readonly say: string;
  readonly records: readonly StoreRecord[];
}

/** What happens in a day, in the order in which it reaches Caudal. */
export type Step = WebhookStep | PullStep;

/** A step of somebody's life in the CRM, before it is sent: what, when it happened, and when it is sent. */
export class Outbox {
  readonly steps: WebhookStep[] = [];

  /** The CRM made or changed a contact. Returns the step, so that it can be sent again. */
  upsert(
    person: Person,
    data: Omit<ContactData, "documentType" | "documentNumber">,
    when: { time: number; at?: number; say?: string; fault?: Fault },
  ): WebhookStep {
    const { documentType, documentNumber } = person;
    const timestamp = new Date(when.time).toISOString();
    const full = { documentType, documentNumber, ...data };
    return this.#add(person, { type: "contact.upserted", timestamp, data: full }, when);
  }

  /** The CRM removed a contact. */
  remove(person: Person, when: { time: number; at?: number; say?: string }): WebhookStep {
    const { documentType, documentNumber } = person;
    const timestamp = new Date(when.time).toISOString();
    return this.#add(
      person,
      { type: "contact.removed", timestamp, data: { documentType, documentNumber } },
      when,
    );
  }

  /** The same webhook once more. */
  resend(step: WebhookStep, at: number, say?: string): void {
    const { say: _said, ...again } = step;
    this.steps.push({ ...again, at, resend: true, ...(say === undefined ? {} : { say }) });
  }

  #add(
    person: Person,
    event: ContactEvent,
    { time, at = time, say, fault }: { time: number; at?: number; say?: string; fault?: Fault },
  ): WebhookStep {
    const webhookId = `msg_${String(this.steps.length + 1).padStart(5, "0")}`;
    const step: WebhookStep = {
      kind: "webhook",
      at,
      ...(say === undefined ? {} : { say }),
      person,
      webhookId,
      event,
      ...(fault === undefined ? {} : { fault }),
    };
    this.steps.push(step);
    return step;
  }
}

/** Everything that somebody gives when they sign up. */
export function signUp(
  person: Person,
  marketingConsent: boolean,
): Omit<ContactData, "documentType" | "documentNumber"> {
  const { givenName, familyName, email, phone, address } = person;
  return { givenName, familyName, email, phone, address, marketingConsent };
}
