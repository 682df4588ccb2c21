import { readJson } from "./json.ts";

/** A queue of the app; durations are ISO 8601. */
export interface QueueTopology {
  name: string;
  requiresSession: boolean;
  /** Turns duplicate detection on, with this window. */
  duplicateDetectionWindow?: string;
  lockDuration: string;
  maxDeliveryCount: number;
}

/** A subscription of a topic; without a filter it gets every message. */
export interface SubscriptionTopology {
  name: string;
  requiresSession: boolean;
  /** An SQL filter expression of Service Bus. */
  filter?: string;
  lockDuration: string;
  maxDeliveryCount: number;
}

/** A Cosmos container. */
export interface ContainerTopology {
  name: string;
  partitionKey: string;
  /** Seconds; -1 lets items bring their own; absent: items stay for ever. */
  defaultTtl?: number;
  indexingPolicy?: object;
}

/** What an app needs in the cloud, as its build writes it to infra/topology.json. */
export interface Topology {
  queues: QueueTopology[];
  topics: { name: string; subscriptions: SubscriptionTopology[] }[];
  database: string;
  containers: ContainerTopology[];
}

/** Reads a topology file. Throws, naming it, when it is missing or is not JSON. */
export function readTopology(file: string): Topology {
  return readJson(file) as Topology;
}
