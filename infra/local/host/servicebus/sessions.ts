import type { Broker } from "./broker.ts";
import type { ReceivedMessage, ReceiveLink } from "./receive-link.ts";

const acceptWithinMs = 60_000;
const longestWaitAheadMs = 1000;

/** What it takes to receive from sessions. Durations are milliseconds. */
export interface SessionOptions {
  maxConcurrentSessions: number;
  maxConcurrentCallsPerSession: number;
  sessionIdleMs: number;
  maxAutoLockRenewalMs: number;
  /** Sessions asked for at once, and accepted ahead of a free place. */
  accepts: number;
  /** Handles one message and settles it; never rejects. */
  handle: (received: ReceivedMessage) => Promise<void>;
  /** Something the operator should know, that does not end the receiving. */
  warn: (message: string) => void;
}

/** A receiver at work. */
export interface Receiving {
  /** Takes nothing new; what runs is finished and settled. */
  stop(): void;
}

interface Session {
  id: string;
  link: ReceiveLink;
  lockMs: number;
  lockedUntil: number;
  acceptedAt: number;
  /** When the last call began, or the session got its place. */
  activeAt: number;
  idleSince: number;
  running: number;
  renewing: boolean;
}

/**
 * Receives from up to `maxConcurrentSessions` sessions at once, in each of them in order. A session is kept
 * until no message came for `sessionIdleMs`, or until another session waits for its place and it is empty.
 * To know whether one waits, a few sessions are accepted ahead of a free place; no message of theirs is taken
 * before, and those that wait for more than a second are given back, for other hosts to take. Locks are
 * renewed for up to `maxAutoLockRenewalMs` after the last call began.
 */
export function receiveSessions(broker: Broker, options: SessionOptions): Receiving {
  const held = new Set<Session>();
  const idle = new Set<Session>();
  const ahead = new Set<Session>();
  const places = options.maxConcurrentSessions;
  const mostAhead = Math.min(options.accepts, places);
  let accepting = 0;
  let stopped = false;
  /** Every place is taken by calls that take long: nothing is accepted ahead until one ends. */
  let congested = false;
  let pause: NodeJS.Timeout | undefined;
  let pauseMs = 250;
  let lastWarning = "";
  const tick = setInterval(look, Math.max(10, Math.min(options.sessionIdleMs / 10, 250)));
  void broker.lost.then(() => {
    clearInterval(tick);
    clearTimeout(pause);
    stopped = true;
  });
  pump();
  return { stop };

  function pump(): void {
    if (stopped || pause !== undefined) return;
    const most = places + (congested ? 0 : mostAhead);
    while (accepting < mostAhead && held.size + ahead.size + accepting < most) accept();
  }

  function accept(): void {
    let session: Session | undefined;
    accepting++;
    const link = broker.attach(acceptWithinMs, {
      opened(granted) {
        if (granted === undefined) return;
        accepting--;
        pauseMs = 250;
        const now = Date.now();
        const { id, lockedUntil } = granted;
        const lockMs = Math.max(1, lockedUntil - now);
        const times = { lockMs, lockedUntil, acceptedAt: now, activeAt: now, idleSince: now };
        session = { id, link, ...times, running: 0, renewing: false };
        place(session);
        pump();
      },
      message(received) {
        if (session !== undefined) void run(session, received);
      },
      drained() {
        if (session !== undefined && session.running === 0) release(session);
      },
      unsettled: (reason) => options.warn(`a message could not be settled and comes again: ${reason}`),
      closed(condition, description) {
        if (session === undefined) accepting--;
        else forget(session);
        if (condition !== undefined && condition !== "com.microsoft:timeout") refused(condition, description);
        pump();
      },
    });
  }

  /** Gives the session a place; where there is none, asks the session that is idle longest whether it is empty. */
  function place(session: Session): void {
    if (stopped) return session.link.close();
    if (held.size < places) return begin(session);
    ahead.add(session);
    const [longest] = idle;
    if (longest !== undefined) drain(longest);
  }

  function begin(session: Session): void {
    held.add(session);
    idle.add(session);
    session.activeAt = session.idleSince = Date.now();
    session.link.credit(options.maxConcurrentCallsPerSession, false);
  }

  async function run(session: Session, received: ReceivedMessage): Promise<void> {
    session.running++;
    session.activeAt = Date.now();
    idle.delete(session);
    await options.handle(received);
    session.running--;
    congested = false;
    if (stopped || !held.has(session)) return;
    session.idleSince = Date.now();
    const wanted = ahead.size > 0 && session.running === 0;
    session.link.credit(1, wanted);
    if (session.running === 0 && !wanted) idle.add(session);
    if (ahead.size === 0) pump();
  }

  /** Ends with `release`, unless a message was on its way. */
  function drain(session: Session): void {
    idle.delete(session);
    session.link.drain();
  }

  function release(session: Session): void {
    session.link.close();
    forget(session);
    pump();
  }

  function forget(session: Session): void {
    idle.delete(session);
    ahead.delete(session);
    if (!held.delete(session)) return;
    congested = false;
    const [next] = ahead;
    if (next === undefined || stopped || held.size >= places) return;
    ahead.delete(next);
    begin(next);
  }

  function look(): void {
    const now = Date.now();
    for (const session of idle) if (now - session.idleSince >= options.sessionIdleMs) drain(session);
    for (const session of ahead) {
      if (now - session.acceptedAt < longestWaitAheadMs) continue;
      congested = true;
      release(session);
    }
    for (const session of held) renewWhenDue(session, now);
  }

  function renewWhenDue(session: Session, now: number): void {
    if (session.renewing || session.lockedUntil - now > session.lockMs / 2) return;
    if (now - session.activeAt > options.maxAutoLockRenewalMs) return;
    session.renewing = true;
    broker
      .renewSession(session.id)
      .then((until) => {
        session.lockedUntil = until;
      })
      .catch((error: Error) => {
        if (held.has(session))
          options.warn(`the lock of session "${session.id}" was not renewed: ${error.message}`);
      })
      .finally(() => {
        session.renewing = false;
      });
  }

  function refused(condition: string, description: string | undefined): void {
    if (stopped) return;
    if (condition === "com.microsoft:session-lock-lost") return options.warn("a session's lock was lost");
    const warning = `${condition}: ${description ?? ""}`;
    if (warning !== lastWarning) options.warn(warning);
    lastWarning = warning;
    pause ??= setTimeout(() => {
      pause = undefined;
      pump();
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, 5000);
  }

  /**
   * Links stay open until the connection closes: those that still wait for a session, because rhea would open
   * them anew, and those whose call ends meanwhile, because its settlement must be answered first. A session
   * that comes now is given back at once.
   */
  function stop(): void {
    stopped = true;
    clearTimeout(pause);
    for (const session of [...ahead, ...held]) if (session.running === 0) release(session);
  }
}
