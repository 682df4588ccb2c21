import type { Socket } from "node:net";
import type { Connection } from "rhea";
import type { Turn } from "../turn.ts";
import { connectionInternals } from "./rhea-internals.ts";

/** An AMQP frame without content, which peers ignore. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * Writes what a connection has to say once per turn instead of once per frame. When input brings no output, an
 * empty frame goes out: clients leave Nagle's algorithm on, and without traffic back their next small write
 * waits some 40 ms for a delayed acknowledgement.
 */
export function batchOutput(connection: Connection, socket: Socket, turn: Turn): void {
  const own = connectionInternals(connection);
  const write = own.output.bind(connection);
  let pending = false;
  let answered = true;
  let opened = false;
  connection.on("connection_open", () => {
    opened = true;
  });
  own.output = () => {
    // the handshake changes its transport between writes, so it cannot wait
    if (!opened) return write();
    answered = true;
    if (pending) return;
    pending = true;
    process.nextTick(() => {
      pending = false;
      socket.cork();
      write();
      socket.uncork();
    });
  };
  socket.on("data", () => {
    if (!answered || !opened) return;
    answered = false;
    // after the turn, which is scheduled first, and what it wrote
    turn.schedule();
    setImmediate(() => {
      if (!answered && socket.writable && !pending) socket.write(EMPTY_FRAME);
      answered = true;
    });
  });
}
