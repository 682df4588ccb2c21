import type { ContainerRequest, Database } from "@azure/cosmos";
import { defineApp } from "../../engine/define/index.ts";
import { topologyOf } from "../../engine/define/topology.ts";

/** Makes the containers that an app stands on, whichever app it is: with the index policies of its topology. */
export async function makeContainers(database: Database): Promise<void> {
  const { containers } = topologyOf(defineApp({ documents: [], rules: [] }));
  for (const { name, partitionKey, ...rest } of containers) {
    const container = { id: name, partitionKey: { paths: [partitionKey] }, ...rest };
    // The SDK's type wants arrays that it could alter.
    await database.containers.create(container as unknown as ContainerRequest);
  }
}
