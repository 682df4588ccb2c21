import { listDeliveries } from "./deliveries.ts";
import { readAudit, readEntity } from "./entities.ts";
import { readHealth } from "./health.ts";
import type { Route } from "./http.ts";
import { notFound } from "./not-found.ts";
import { listAllRuns, readOneRun, startPullRun } from "./runs.ts";
import { receiveWebhook } from "./webhooks.ts";

/** The HTTP surface. */
export const routes: readonly Route[] = [
  receiveWebhook,
  readEntity,
  readAudit,
  listDeliveries,
  startPullRun,
  readOneRun,
  listAllRuns,
  readHealth,
];

/** What answers everything else. */
export const fallback: Route = notFound(routes);
