import { readCheckpoint, startVerify, verifyAudit } from "./audit.ts";
import {
  changeBusinessModel,
  createBusinessModel,
  deleteBusinessModel,
  listBusinessModels,
  readBusinessModel,
} from "./business-models.ts";
import { listChangedEntities } from "./changed-entities.ts";
import { startDatasetImport } from "./dataset-imports.ts";
import { deleteOneDataset, openUpload, readRejected, readRejectedOfDataset } from "./dataset-loads.ts";
import { queryDataset } from "./dataset-query.ts";
import { listAllDatasets, readOneDataset } from "./datasets.ts";
import { actOnDeadLetters, listAllDeadLetters, readDeadLetterGroups } from "./dead-letters.ts";
import { listDeliveries, replayAllDeliveries } from "./deliveries.ts";
import { readAudit, readEntity } from "./entities.ts";
import { etl } from "./etl.ts";
import { explainEntity } from "./explain.ts";
import { eraseEntity, readErasure } from "./erasures.ts";
import { readHealth } from "./health.ts";
import type { Route } from "./http.ts";
import {
  holdIntegration,
  listIntegrations,
  readIntegration,
  releaseIntegration,
  resyncIntegration,
} from "./integrations.ts";
import { listModelExecutions, rotateModelCredentials, startModelRun } from "./model-runs.ts";
import { uploadModelJob, uploadModelSql } from "./model-uploads.ts";
import { notFound } from "./not-found.ts";
import { actOnParked, listAllParked, readParkedLine } from "./parked.ts";
import { listPending } from "./pending.ts";
import { actOnQuarantine, listAllQuarantine, readOneQuarantined } from "./quarantine.ts";
import { readOperatorLog } from "./operator-log.ts";
import { startRehearsal } from "./rehearsals.ts";
import { cancelOneRun, listAllRuns, readOneRun, retryRun, startPullRun } from "./runs.ts";
import { deleteSequence, listSequences, putSequence, readSequence, readSequenceSchema } from "./sequences.ts";
import { listSequenceRuns, restartSequenceRun, startSequenceRun } from "./sequence-runs.ts";
import { createToken, deleteToken, listAllTokens } from "./tokens.ts";
import { undoCulprit } from "./undo.ts";
import { receiveWebhook } from "./webhooks.ts";

/** The HTTP surface. */
export const routes: readonly Route[] = [
  receiveWebhook,
  listChangedEntities,
  readEntity,
  readAudit,
  explainEntity,
  verifyAudit,
  startVerify,
  readCheckpoint,
  eraseEntity,
  readErasure,
  listDeliveries,
  replayAllDeliveries,
  listIntegrations,
  readIntegration,
  holdIntegration,
  releaseIntegration,
  resyncIntegration,
  listPending,
  listAllDeadLetters,
  readDeadLetterGroups,
  actOnDeadLetters,
  listAllParked,
  readParkedLine,
  actOnParked,
  listAllQuarantine,
  readOneQuarantined,
  actOnQuarantine,
  startRehearsal,
  undoCulprit,
  startPullRun,
  etl,
  openUpload,
  readRejected,
  readRejectedOfDataset,
  deleteOneDataset,
  startDatasetImport,
  queryDataset,
  listAllDatasets,
  readOneDataset,
  createBusinessModel,
  listBusinessModels,
  readBusinessModel,
  changeBusinessModel,
  deleteBusinessModel,
  uploadModelSql,
  uploadModelJob,
  listModelExecutions,
  startModelRun,
  rotateModelCredentials,
  readOneRun,
  listAllRuns,
  cancelOneRun,
  retryRun,
  listSequences,
  readSequence,
  putSequence,
  deleteSequence,
  readSequenceSchema,
  startSequenceRun,
  listSequenceRuns,
  restartSequenceRun,
  readOperatorLog,
  createToken,
  listAllTokens,
  deleteToken,
  readHealth,
];

/** What answers everything else. */
export const fallback: Route = notFound(routes);
