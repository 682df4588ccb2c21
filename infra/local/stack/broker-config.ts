import type { QueueTopology, SubscriptionTopology, Topology } from "./topology.ts";

/**
 * The broker's configuration for a topology, in the format of Microsoft's Service Bus emulator.
 * Source: https://learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator
 */
export function brokerConfig(topology: Topology): object {
  return {
    UserConfig: {
      Namespaces: [
        {
          Name: "sbemulatorns",
          Queues: topology.queues.map((queue) => ({
            Name: queue.name,
            Properties: {
              ...receiving(queue),
              RequiresDuplicateDetection: queue.duplicateDetectionWindow !== undefined,
              ...(queue.duplicateDetectionWindow !== undefined && {
                DuplicateDetectionHistoryTimeWindow: queue.duplicateDetectionWindow,
              }),
            },
          })),
          Topics: topology.topics.map((topic) => ({
            Name: topic.name,
            Subscriptions: topic.subscriptions.map((subscription) => ({
              Name: subscription.name,
              Properties: receiving(subscription),
              ...(subscription.filter !== undefined && { Rules: [rule(subscription.filter)] }),
            })),
          })),
        },
      ],
      Logging: { Type: "File" },
    },
  };
}

function receiving(entity: QueueTopology | SubscriptionTopology): object {
  return {
    RequiresSession: entity.requiresSession,
    LockDuration: entity.lockDuration,
    MaxDeliveryCount: entity.maxDeliveryCount,
  };
}

function rule(expression: string): object {
  return { Name: "filter", Properties: { FilterType: "Sql", SqlFilter: { SqlExpression: expression } } };
}
