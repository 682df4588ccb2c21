/** The code words Cosmos DB puts into error bodies, per HTTP status. */
const words: Readonly<Record<number, string>> = {
  304: "NotModified",
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "RequestEntityTooLarge",
  424: "FailedDependency",
  500: "InternalServerError",
};

/** The code word of a status, as in `{"code":"NotFound", …}`. */
export function codeWord(status: number): string {
  return words[status] ?? "Unknown";
}

/**
 * A request that cannot be served: what the client is told, and with which status.
 * Thrown anywhere while a request is handled; turned into an answer in one place.
 */
export class Failure extends Error {
  readonly status: number;
  /** `x-ms-substatus`: the finer reason, where the service defines one (1001: partition key mismatch). */
  readonly substatus: number;

  constructor(status: number, message: string, substatus = 0) {
    super(message);
    this.name = "Failure";
    this.status = status;
    this.substatus = substatus;
  }
}

/** A malformed request: 400 with the reason. */
export function badRequest(message: string, substatus = 0): Failure {
  return new Failure(400, message, substatus);
}

/** What the service says when a database, container or item does not exist. */
export function notFound(what: string): Failure {
  return new Failure(404, `Resource Not Found: ${what} does not exist.`);
}
