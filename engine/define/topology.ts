import type { AppDefinition } from "./app.ts";
import type { IntegrationDefinition } from "./integration.ts";

/** A Service Bus queue; durations are ISO 8601. */
export interface QueueTopology {
  readonly name: string;
  readonly requiresSession: boolean;
  readonly duplicateDetectionWindow?: string;
  readonly lockDuration: string;
  readonly maxDeliveryCount: number;
}

/** A subscription of a topic; without a filter it takes everything. */
export interface SubscriptionTopology {
  readonly name: string;
  readonly requiresSession: boolean;
  readonly filter?: string;
  readonly lockDuration: string;
  readonly maxDeliveryCount: number;
}

/** A Cosmos container. `defaultTtl` in seconds; -1: only items that carry a `ttl` expire. */
export interface ContainerTopology {
  readonly name: string;
  readonly partitionKey: string;
  readonly defaultTtl?: number;
  readonly indexingPolicy: {
    readonly indexingMode: "consistent";
    readonly includedPaths: readonly { readonly path: string }[];
    readonly excludedPaths: readonly { readonly path: string }[];
    /** What queries that sort by several paths need. */
    readonly compositeIndexes?: readonly (readonly {
      readonly path: string;
      readonly order: "ascending" | "descending";
    }[])[];
  };
}

/** Everything that must exist in the cloud, or in its stand-ins, before the app runs. */
export interface Topology {
  readonly queues: readonly QueueTopology[];
  readonly topics: readonly {
    readonly name: string;
    readonly subscriptions: readonly SubscriptionTopology[];
  }[];
  readonly database: string;
  readonly containers: readonly ContainerTopology[];
}

/** Names that the engine and its hosting share. */
export const EVENTS = "events";
export const RUNS = "runs";
export const WAKEUPS = "wakeups";
export const LOADS = "loads";
export const STEPS = "steps";
export const CHANGES = "changes";
export const DATABASE = "caudal";

const LOCK = { requiresSession: true, lockDuration: "PT1M", maxDeliveryCount: 2000 } as const;

/** The topology that follows from an app, the same for the same app. */
export function topologyOf(app: AppDefinition): Topology {
  return {
    queues: [
      { name: EVENTS, ...LOCK, duplicateDetectionWindow: "PT10M" },
      { name: RUNS, ...LOCK, duplicateDetectionWindow: "PT10M" },
      { name: WAKEUPS, ...LOCK },
      { name: LOADS, ...LOCK },
      { name: STEPS, ...LOCK, duplicateDetectionWindow: "PT10M" },
    ],
    topics: [
      {
        name: CHANGES,
        subscriptions: app.integrations.map((integration) => ({
          name: integration.name,
          ...LOCK,
          filter: filterOf(integration),
        })),
      },
    ],
    database: DATABASE,
    containers: [
      unified(),
      { ...container("deliveries", "/key", ["/request/*", "/response/*"]), defaultTtl: 400 * 24 * 60 * 60 },
      container("operations", "/run", ["/result/*", "/output/?", "/plan/*", "/command/*", "/attempts/*"]),
      container("control", "/id", ["/payload/*", "/body/?", "/file/*"]),
    ],
  };
}

/**
 * Of an event, all that says where it comes from can be asked for, its data cannot. Whole chains are read in order, of
 * all entities at once, where they are verified.
 */
function unified(): ContainerTopology {
  const excluded = ["/event/*", "/observed/*", "/personal/*", "/changes/[]/old/*", "/changes/[]/new/*"];
  const { indexingPolicy, ...rest } = container("unified", "/key", excluded);
  const known = ["id", "source", "type", "time", "cause"].map((member) => ({ path: `/event/${member}/?` }));
  return {
    ...rest,
    indexingPolicy: {
      ...indexingPolicy,
      includedPaths: [...indexingPolicy.includedPaths, ...known],
      compositeIndexes: [
        [
          { path: "/key", order: "ascending" },
          { path: "/sequence", order: "ascending" },
        ],
      ],
    },
  };
}

function container(name: string, partitionKey: string, excluded: readonly string[]): ContainerTopology {
  return {
    name,
    partitionKey,
    indexingPolicy: {
      indexingMode: "consistent",
      includedPaths: [{ path: "/*" }],
      excludedPaths: [...excluded, '/"_etag"/?'].map((path) => ({ path })),
    },
  };
}

/**
 * The SQL filter of an integration's subscription. `changed` on a message reads `|contact|address|`, `echo` is the
 * source that said what it announces, and `only` the one integration that a message is for, whatever else it says.
 */
function filterOf({ name, on, changed, echoes }: IntegrationDefinition): string {
  const wanted = (changed ?? []).map(
    (subSchema) => `changed LIKE '%|${escapeLike(subSchema)}|%' ESCAPE '\\'`,
  );
  const conditions = [
    "only IS NULL",
    `entity = '${on.name}'`,
    ...(changed ? [`(${["removed = TRUE", ...wanted].join(" OR ")})`] : []),
    ...(echoes === undefined ? [] : [`(echo IS NULL OR echo <> '${echoes}')`]),
  ];
  return `only = '${name}' OR (${conditions.join(" AND ")})`;
}

/** Sub-schema names are TypeScript members: of the pattern characters, they can hold only `_`; quotes are doubled. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\_%[\]]/g, String.raw`\$&`).replaceAll("'", "''");
}
