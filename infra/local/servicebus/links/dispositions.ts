import rhea, { type Delivery, type Session, type Typed } from "rhea";
import type { ServiceError } from "../service-error.ts";
import { connectionInternals, deliveryInternals, sessionInternals } from "./rhea-internals.ts";

const { message, types } = rhea;

const DISPOSITION = 0x15;
const ACCEPTED: Typed = types.described_nc(types.wrap_ulong(0x24), types.wrap_list([]));

interface Answer {
  readonly id: number;
  readonly state: Typed;
}

/**
 * Answers deliveries of one AMQP session, many in one frame where their numbers follow one another. rhea's own
 * merging joins the first two whatever their outcomes, so it cannot be used where one may be refused.
 */
export class Dispositions {
  private answers: Answer[] = [];
  private readonly session: Session;
  private readonly receiving: boolean;

  /** `receiving` is true for deliveries the broker received, false for those it sent. */
  constructor(session: Session, receiving: boolean) {
    this.session = session;
    this.receiving = receiving;
  }

  /** The delivery is done; `state` echoes the client's outcome. */
  accept(delivery: Delivery, state: Typed = ACCEPTED): void {
    this.settle(delivery, state);
  }

  /** The delivery, or the client's settlement of it, is refused. */
  reject(delivery: Delivery, error: ServiceError): void {
    this.settle(delivery, rejected(error));
  }

  private settle(delivery: Delivery, state: Typed): void {
    const own = deliveryInternals(delivery);
    if (!own.remote_settled) {
      if (this.answers.length === 0) process.nextTick(() => this.flush());
      this.answers.push({ id: delivery.id, state });
    }
    // both, or rhea never frees the delivery's place in its ring of 2,048
    own.settled = true;
    own.remote_settled = true;
    connectionInternals(this.session.connection)._register();
  }

  private flush(): void {
    const answers = this.answers;
    this.answers = [];
    if (!this.session.is_open()) return;
    let first = 0;
    for (let i = 1; i <= answers.length; i++) {
      const previous = answers[i - 1]!;
      const next = answers[i];
      if (
        next !== undefined &&
        next.id === previous.id + 1 &&
        next.state === ACCEPTED &&
        previous.state === ACCEPTED
      )
        continue;
      this.write(answers[first]!.id, previous.id, previous.state);
      first = i;
    }
  }

  private write(first: number, last: number, state: Typed): void {
    const fields = [
      types.wrap_boolean(this.receiving),
      types.wrap_uint(first),
      types.wrap_uint(last),
      types.wrap_boolean(true),
      state,
    ];
    sessionInternals(this.session).output(
      types.described_nc(types.wrap_ulong(DISPOSITION), types.wrap_list(fields)),
    );
  }
}

function rejected(error: ServiceError): Typed {
  const outcomes = message as unknown as { rejected(fields: object): { described(): Typed } };
  return outcomes.rejected({ error: { condition: error.condition, description: error.message } }).described();
}
