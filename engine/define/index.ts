/** What definitions are written with; see `functions/app.ts` for how they come together. */
export { type AppDefinition, type AppOptions, defineApp } from "./app.ts";
export { type DataOf, type DocumentDefinition, type DocumentOptions, defineDocument } from "./document.ts";
export { type CloudEvent, type EventDefinition, type Observation, defineEvent } from "./event.ts";
export { type ImportDefinition, type ImportOptions, type RowOrigin, defineImport } from "./import.ts";
export {
  type Attempt,
  type AttemptContext,
  type Destination,
  type IntegrationDefinition,
  type IntegrationOptions,
  type Mapped,
  type Preview,
  type Removed,
  type Snapshot,
  defineIntegration,
} from "./integration.ts";
export { merge } from "./merge.ts";
export { type ModuleDefinition, type ModuleRun, defineModule } from "./module.ts";
export { personal } from "./personal.ts";
export {
  type PageReader,
  type PullDefinition,
  type PullPosition,
  type PulledPage,
  definePull,
} from "./pull.ts";
export type { DeepReadonly } from "./readonly.ts";
export {
  type RawRequest,
  type ReceiverDefinition,
  type Verification,
  type Verifier,
  defineReceiver,
} from "./receiver.ts";
export { type RuleDefinition, defineRule, remove, skip } from "./rule.ts";
export { type Setting, secret, setting } from "./setting.ts";
