import { z } from "zod";
import type { Queue } from "../entity/queue.ts";
import type { NodeReply, NodeRequest } from "../links/request-link.ts";
import { notImplemented, ServiceError } from "../service-error.ts";
import { BROWSING } from "./browsing.ts";
import { LOCKING } from "./locking.ts";
import type { Operation } from "./operation.ts";
import { RULES } from "./rules.ts";
import { SCHEDULING } from "./scheduling.ts";
import { SESSION_OPERATIONS } from "./session-operations.ts";

const OPERATIONS = new Map<string, Operation>(
  [...BROWSING, ...LOCKING, ...RULES, ...SCHEDULING, ...SESSION_OPERATIONS].map((operation) => [
    operation.name,
    operation,
  ]),
);

/** The `$management` node of an entity, for one connection. Errors become a reply with the error's status. */
export function answerManagement(entity: Queue, connection: object): (request: NodeRequest) => NodeReply {
  return (request) => {
    const name = String(request.properties["operation"]);
    try {
      const operation = OPERATIONS.get(name.replace(/^com\.microsoft:/, ""));
      if (operation === undefined) throw notImplemented(`The operation ${name}`);
      const body = operation.run(request.body, entity, connection);
      return reply(body === undefined ? 204 : 200, body === undefined ? "No content" : "OK", undefined, body);
    } catch (error) {
      if (error instanceof ServiceError) return reply(error.status, error.message, error.condition);
      if (error instanceof z.ZodError)
        return reply(400, `${name}: ${z.prettifyError(error)}`, "com.microsoft:argument-error");
      throw error;
    }
  };
}

function reply(status: number, description: string, condition?: string, body?: unknown): NodeReply {
  return {
    properties: {
      statusCode: status,
      statusDescription: description,
      ...(condition === undefined ? {} : { errorCondition: condition }),
    },
    ...(body === undefined ? {} : { body }),
  };
}
