import type { DocumentDefinition } from "./document.ts";
import type { ImportDefinition } from "./import.ts";
import type { IntegrationDefinition } from "./integration.ts";
import type { ModuleDefinition } from "./module.ts";
import type { PullDefinition } from "./pull.ts";
import type { ReceiverDefinition } from "./receiver.ts";
import type { RuleDefinition } from "./rule.ts";

/** Everything that a deployment consists of. */
export interface AppOptions {
  documents: readonly DocumentDefinition[];
  receivers?: readonly ReceiverDefinition[];
  pulls?: readonly PullDefinition[];
  imports?: readonly ImportDefinition[];
  rules: readonly RuleDefinition[];
  integrations?: readonly IntegrationDefinition[];
  /** Modules of sequences, beside the built-in ones and those of `modules.json`. */
  modules?: readonly ModuleDefinition[];
}

/** A checked app; made by {@link defineApp}. */
export interface AppDefinition {
  readonly documents: ReadonlyMap<string, DocumentDefinition>;
  readonly receivers: readonly ReceiverDefinition[];
  readonly pulls: readonly PullDefinition[];
  /** At most one of each dataset. */
  readonly imports: readonly ImportDefinition[];
  readonly integrations: readonly IntegrationDefinition[];
  readonly modules: readonly ModuleDefinition[];
  /** The one rule of each event type. */
  readonly rules: ReadonlyMap<string, RuleDefinition>;
}

/**
 * Joins the definitions of an app. Throws one TypeError that lists every fault: a name used twice, two rules for one
 * event (both named), two integrations with one target (both named), two imports of one dataset, a rule or an
 * integration on a document that the app does not have.
 */
export function defineApp(options: AppOptions): AppDefinition {
  const faults: string[] = [];
  const { receivers = [], pulls = [], imports = [], integrations = [], modules = [] } = options;
  for (const [what, names] of [
    ["documents", options.documents.map((document) => document.name)],
    ["receivers", receivers.map((receiver) => receiver.name)],
    ["pulls", pulls.map((pull) => pull.name)],
    ["rules", options.rules.map((rule) => rule.name)],
    ["integrations", integrations.map((integration) => integration.name)],
    ["modules", modules.map((module) => module.name)],
  ] as const) {
    for (const name of twice(names)) faults.push(`two ${what} are named "${name}"`);
  }

  for (const dataset of twice(imports.map((each) => each.dataset)))
    faults.push(`two imports read the dataset "${dataset}"`);

  const documents = new Map(options.documents.map((document) => [document.name, document]));
  const rules = new Map<string, RuleDefinition>();
  for (const rule of options.rules) {
    const other = rules.get(rule.on.type);
    if (other) faults.push(`rules "${other.name}" and "${rule.name}" both claim the event ${rule.on.type}`);
    if (documents.get(rule.to.name) !== rule.to) {
      faults.push(`rule "${rule.name}" alters the document "${rule.to.name}", which the app does not have`);
    }
    rules.set(rule.on.type, rule);
  }
  const targets = new Map<string, string>();
  for (const integration of integrations) {
    for (const target of [integration.destination.target ?? []].flat()) {
      const other = targets.get(target);
      if (other !== undefined)
        faults.push(`integrations "${other}" and "${integration.name}" both write ${target}`);
      targets.set(target, integration.name);
    }
    if (documents.get(integration.on.name) !== integration.on) {
      faults.push(
        `integration "${integration.name}" follows the document "${integration.on.name}", which the app does not have`,
      );
    }
  }
  if (faults.length > 0)
    throw new TypeError(`This app cannot start:\n${faults.map((f) => `- ${f}`).join("\n")}`);
  return { documents, receivers, pulls, imports, integrations, modules, rules };
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
