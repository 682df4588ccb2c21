import type { Connection, Session } from "rhea";

/** What rhea 3 keeps to itself and is needed here. */
interface ConnectionInternals {
  registered: boolean;
  state: { need_open(): boolean; need_close(): boolean; has_settled(): boolean };
  _register(): void;
  _process(): void;
  _write_frame(channel: number, frame: unknown, payload: unknown): void;
  _write_open(): void;
  _write_close(): void;
}

interface SessionInternals {
  connection: unknown;
  _process(): void;
}

/**
 * Makes rhea's output visit only the AMQP sessions that have something to write, and returns how to open one.
 * By itself it visits all of them after every frame, which with a session per link is a quarter of the host's
 * work.
 */
export function sessionsOf(connection: Connection): () => Session {
  const own = connection as unknown as ConnectionInternals;
  const due = new Set<SessionInternals>();
  own._process = () => {
    own.registered = false;
    do {
      if (own.state.need_open()) own._write_open();
      for (const session of due) {
        due.delete(session);
        session._process();
      }
      if (own.state.need_close()) own._write_close();
    } while (!own.state.has_settled());
  };
  return () => {
    const session = connection.create_session();
    const internals = session as unknown as SessionInternals;
    // Sessions and links announce their output to their connection: here to a stand-in that knows which it was.
    const announced = Object.create(own) as ConnectionInternals;
    announced._register = () => {
      due.add(internals);
      own._register();
    };
    announced._write_frame = (channel, frame, payload) => own._write_frame(channel, frame, payload);
    internals.connection = announced;
    session.open();
    return session;
  };
}
