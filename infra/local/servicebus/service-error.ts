/**
 * An error the client sees: an AMQP condition with the service's wording. The SDK turns the condition into
 * its error code (for instance `com.microsoft:message-lock-lost` into `MessageLockLost`).
 */
export class ServiceError extends Error {
  readonly condition: string;
  /** The status a `$management` reply carries for it. */
  readonly status: number;

  constructor(condition: string, description: string, status = 400) {
    super(description);
    this.name = "ServiceError";
    this.condition = condition;
    this.status = status;
  }
}

/** Something the real service has and this broker does not. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError("amqp:not-implemented", `${what} is not supported by the local broker.`, 501);
}

/** The named entity is not in the configuration. */
export function entityNotFound(path: string): ServiceError {
  return new ServiceError("amqp:not-found", `The messaging entity '${path}' could not be found.`, 404);
}

/** The message's lock expired, was settled before, or never existed. */
export function messageLockLost(): ServiceError {
  return new ServiceError(
    "com.microsoft:message-lock-lost",
    "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
    410,
  );
}

/** The session is not, or no longer, held by this client. */
export function sessionLockLost(session: string): ServiceError {
  return new ServiceError(
    "com.microsoft:session-lock-lost",
    `The session lock was lost. Request a new session receiver. Session: ${session}.`,
    410,
  );
}
