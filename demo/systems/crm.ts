import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import type { WebhookStep } from "../day/script.ts";

/** What Caudal answered to a webhook. */
export interface WebhookAnswer {
  readonly status: number;
  /** Ids of the events that were taken in. */
  readonly ids: readonly string[];
  /** What is wrong with the payload, and where. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];
  /** What a refusal says. */
  readonly detail: string;
  /** How often it was sent until then: more than once where Caudal said 503 or nothing. */
  readonly attempts: number;
}

const MAX_ATTEMPTS = 8;
/** Longest wait between two attempts, in milliseconds. */
const MAX_WAIT_MS = 2_000;
/** How long one attempt may take, in milliseconds. */
const ATTEMPT_MS = 20_000;

/** The shop's CRM: it signs webhooks after the Standard Webhooks specification, and sends again what was not taken. */
export class Crm {
  readonly #url: string;
  readonly #webhook: Webhook;
  readonly #stranger = new Webhook(`whsec_${Buffer.from("a secret of somebody else").toString("base64")}`);

  /** `base` is Caudal's address, `secret` the webhook secret that both know. */
  constructor(base: string, secret: string) {
    this.#url = new URL("/api/v1/webhooks/crm", base).href;
    this.#webhook = new Webhook(secret);
  }

  /** Sends a webhook until it is answered with something other than 503. Throws when eight attempts did not do. */
  async send(step: WebhookStep, signal: AbortSignal): Promise<WebhookAnswer> {
    const event =
      step.fault === "future"
        ? { ...step.event, timestamp: new Date(Date.now() + 3_600_000).toISOString() }
        : step.event;
    const body = JSON.stringify(event);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#post(step, body, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        if (attempt >= MAX_ATTEMPTS)
          throw new Error(`the webhook ${step.webhookId} got no answer`, { cause: error });
        return undefined;
      });
      if (answer && answer.status !== 503) return { ...answer, attempts: attempt };
      if (attempt >= MAX_ATTEMPTS)
        throw new Error(`the webhook ${step.webhookId} was refused: ${answer?.detail}`);
      await sleep(Math.min(100 * 2 ** attempt, MAX_WAIT_MS), undefined, { signal });
    }
  }

  async #post(
    step: WebhookStep,
    body: string,
    signal: AbortSignal,
  ): Promise<Omit<WebhookAnswer, "attempts">> {
    const now = new Date();
    const signer = step.fault === "signature" ? this.#stranger : this.#webhook;
    const response = await fetch(this.#url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "webhook-id": step.webhookId,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": signer.sign(step.webhookId, now, body),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    const answer = (await response.json()) as Partial<WebhookAnswer>;
    const { ids = [], issues = [], detail = "" } = answer;
    return { status: response.status, ids, issues, detail };
  }
}
