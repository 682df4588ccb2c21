import type { WebhookAnswer } from "./systems/crm.ts";
import { styled } from "./story.ts";

/** The status of an answer: `202`, `202 (sent 2 times)`. */
export function outcomeOf({ status, attempts }: WebhookAnswer): string {
  const again = attempts > 1 ? ` (sent ${attempts} times)` : "";
  return `${styled(status < 300 ? "green" : "yellow", String(status))}${again}`;
}

/** Why a webhook was refused: `data.phone: Invalid E.164 number`; nothing where it was taken. */
export function reasonOf({ status, issues, detail }: WebhookAnswer): string {
  const [issue] = issues;
  if (issue) return `${issue.path}: ${issue.message}`;
  return status < 300 ? "" : detail;
}
