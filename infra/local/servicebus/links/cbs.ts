import type { NodeReply, NodeRequest } from "./request-link.ts";

/** The node that takes tokens. Source: AMQP Claims-based Security 1.0 draft; any token is good here. */
export function answerToken(request: NodeRequest): NodeReply {
  if (request.properties["operation"] === "put-token")
    return { properties: { "status-code": 202, "status-description": "Accepted" } };
  const operation = String(request.properties["operation"]);
  return {
    properties: { "status-code": 501, "status-description": `The operation ${operation} is not supported.` },
  };
}
