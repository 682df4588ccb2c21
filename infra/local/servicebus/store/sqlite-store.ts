import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BrokerMessage, MessageState } from "../entity/message.ts";
import type { MessageContent } from "../wire/content.ts";
import { compact } from "./compact.ts";
import { SCHEMA } from "./schema.ts";
import type { Store, StoredMessage } from "./store.ts";

/** Bytes of message content kept in memory; what comes beyond stays on disk until it is needed. */
const CONTENT_IN_MEMORY = 256 * 1024 * 1024;
/** An entity's messages have the ids `entity × 2^40 + sequence`, so that each entity's rows lie together. */
const ENTITY_SPAN = 2 ** 40;

type Change = "insert" | "update" | "replace" | "remove";

/** Keeps everything in `servicebus.db` in a folder. Throws when the folder or the file cannot be used. */
export function sqliteStore(folder: string): Store {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "servicebus.db"));
  database.exec(SCHEMA);
  compact(database);
  return new SqliteStore(database);
}

/** Collects the changes of a turn by message, so that one sent and settled within a turn never touches the disk. */
class SqliteStore implements Store {
  private readonly database: DatabaseSync;
  private readonly statements: Statements;
  private readonly changes = new Map<number, { change: Change; message: BrokerMessage }>();
  private readonly others: (() => void)[] = [];
  private readonly sequences = new Map<number, number>();
  private inMemory = 0;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.statements = prepare(database);
  }

  register(path: string): { id: number; lastSequence: number } {
    const key = path.toLowerCase();
    this.statements.addEntity.run(key);
    const row = this.statements.entity.get(key) as { id: number; last_sequence: number };
    return { id: row.id, lastSequence: row.last_sequence };
  }

  *messages(entity: number): Iterable<StoredMessage> {
    const rows = this.statements.messages.iterate(entity * ENTITY_SPAN, (entity + 1) * ENTITY_SPAN);
    for (const row of rows) yield messageOf(row as unknown as MessageRow, entity);
  }

  content(entity: number, sequence: number): MessageContent {
    const row = this.statements.content.get(entity * ENTITY_SPAN + sequence) as ContentRow | undefined;
    if (row === undefined) throw new Error(`message ${sequence} of entity ${entity} is not in the store`);
    return contentOf(row);
  }

  insert(entity: number, message: BrokerMessage): void {
    this.changes.set(entity * ENTITY_SPAN + message.sequence, { change: "insert", message });
    this.sequences.set(entity, message.sequence);
  }

  update(entity: number, message: BrokerMessage): void {
    const id = entity * ENTITY_SPAN + message.sequence;
    if (!this.changes.has(id)) this.changes.set(id, { change: "update", message });
  }

  replace(entity: number, message: BrokerMessage): void {
    const id = entity * ENTITY_SPAN + message.sequence;
    if (this.changes.get(id)?.change !== "insert") this.changes.set(id, { change: "replace", message });
  }

  remove(entity: number, message: BrokerMessage): void {
    const id = entity * ENTITY_SPAN + message.sequence;
    if (this.changes.get(id)?.change === "insert") this.changes.delete(id);
    else this.changes.set(id, { change: "remove", message });
    this.inMemory -= message.memory;
    message.memory = 0;
  }

  *sessionStates(entity: number): Iterable<{ session: string; state: Buffer }> {
    for (const row of this.statements.sessionStates.iterate(entity)) {
      const { session, state } = row as unknown as { session: string; state: Uint8Array };
      yield { session, state: buffer(state) };
    }
  }

  setSessionState(entity: number, session: string, state: Buffer | undefined): void {
    if (state === undefined) this.others.push(() => this.statements.removeSessionState.run(entity, session));
    else this.others.push(() => this.statements.setSessionState.run(entity, session, state));
  }

  *duplicates(entity: number, since: number): Iterable<{ messageId: string; at: number }> {
    for (const row of this.statements.duplicates.iterate(entity, since)) {
      const { message_id, at } = row as unknown as { message_id: string; at: number };
      yield { messageId: message_id, at };
    }
  }

  rememberDuplicate(entity: number, messageId: string, at: number): void {
    this.others.push(() => this.statements.remember.run(entity, messageId, at));
  }

  forgetDuplicates(entity: number, before: number): void {
    this.others.push(() => this.statements.forget.run(entity, before));
  }

  rules(entity: number): { configured: string; rules: string } | undefined {
    return this.statements.rules.get(entity) as { configured: string; rules: string } | undefined;
  }

  setRules(entity: number, configured: string, rules: string): void {
    this.others.push(() => this.statements.setRules.run(entity, configured, rules));
  }

  commit(): void {
    if (this.changes.size === 0 && this.others.length === 0 && this.sequences.size === 0) return;
    const { statements } = this;
    this.database.exec("BEGIN IMMEDIATE");
    for (const [entity, last] of this.sequences) statements.sequence.run(last, entity);
    for (const [id, { change, message }] of this.changes) this.write(id, change, message);
    for (const other of this.others) other();
    this.database.exec("COMMIT");
    this.sequences.clear();
    this.changes.clear();
    this.others.length = 0;
  }

  close(): void {
    this.commit();
    compact(this.database);
    this.database.close();
  }

  private write(id: number, change: Change, message: BrokerMessage): void {
    if (change === "remove") this.statements.remove.run(id);
    else if (change === "update")
      this.statements.update.run(durableState(message.state), message.deliveryCount, id);
    else this.writeWhole(id, message);
  }

  private writeWhole(id: number, message: BrokerMessage): void {
    const { content } = message;
    if (content === undefined) throw new Error(`message ${message.sequence} has no content to write`);
    this.statements.insert.run(
      id,
      durableState(message.state),
      message.deliveryCount,
      message.messageId,
      message.sessionId ?? null,
      message.enqueuedAt,
      message.expiresAt === Infinity ? null : message.expiresAt,
      message.scheduledFor ?? null,
      message.enqueuedSequence,
      message.deadLetterSource ?? null,
      content.durable ? 1 : 0,
      content.priority ?? null,
      content.ttl ?? null,
      content.annotations,
      content.annotationCount,
      content.bare,
    );
    this.inMemory -= message.memory;
    const size = content.bare.length + content.annotations.length;
    const fits = this.inMemory + size <= CONTENT_IN_MEMORY;
    if (!fits) message.content = undefined;
    message.memory = fits ? size : 0;
    this.inMemory += message.memory;
  }
}

type Statements = ReturnType<typeof prepare>;

function prepare(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  return {
    addEntity: sql("INSERT INTO entity (path, last_sequence) VALUES (?, 0) ON CONFLICT (path) DO NOTHING"),
    entity: sql("SELECT id, last_sequence FROM entity WHERE path = ?"),
    sequence: sql("UPDATE entity SET last_sequence = ? WHERE id = ?"),
    messages: sql(
      `SELECT id, state, delivery_count, message_id, session_id, enqueued_at, expires_at, scheduled_for,
              enqueued_sequence, dead_letter_source
         FROM message WHERE id >= ? AND id < ? ORDER BY id`,
    ),
    content: sql(
      "SELECT durable, priority, ttl, annotations, annotation_count, bare FROM message WHERE id = ?",
    ),
    insert: sql("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    update: sql("UPDATE message SET state = ?, delivery_count = ? WHERE id = ?"),
    remove: sql("DELETE FROM message WHERE id = ?"),
    sessionStates: sql("SELECT session, state FROM session_state WHERE entity = ?"),
    setSessionState: sql("INSERT OR REPLACE INTO session_state VALUES (?, ?, ?)"),
    removeSessionState: sql("DELETE FROM session_state WHERE entity = ? AND session = ?"),
    duplicates: sql("SELECT message_id, at FROM duplicate WHERE entity = ? AND at > ? ORDER BY at"),
    remember: sql("INSERT OR REPLACE INTO duplicate VALUES (?, ?, ?)"),
    rules: sql("SELECT configured, rules FROM rules WHERE entity = ?"),
    setRules: sql("INSERT OR REPLACE INTO rules VALUES (?, ?, ?)"),
    forget: sql("DELETE FROM duplicate WHERE entity = ? AND at <= ?"),
  };
}

interface MessageRow {
  id: number;
  state: StoredMessage["state"];
  delivery_count: number;
  message_id: string;
  session_id: string | null;
  enqueued_at: number;
  expires_at: number | null;
  scheduled_for: number | null;
  enqueued_sequence: number;
  dead_letter_source: string | null;
}

function messageOf(row: MessageRow, entity: number): StoredMessage {
  return {
    sequence: row.id - entity * ENTITY_SPAN,
    enqueuedSequence: row.enqueued_sequence,
    messageId: row.message_id,
    sessionId: row.session_id ?? undefined,
    enqueuedAt: row.enqueued_at,
    expiresAt: row.expires_at ?? Infinity,
    scheduledFor: row.scheduled_for ?? undefined,
    deadLetterSource: row.dead_letter_source ?? undefined,
    deliveryCount: row.delivery_count,
    state: row.state,
  };
}

interface ContentRow {
  durable: number;
  priority: number | null;
  ttl: number | null;
  annotations: Uint8Array;
  annotation_count: number;
  bare: Uint8Array;
}

function contentOf(row: ContentRow): MessageContent {
  return {
    durable: row.durable === 1,
    priority: row.priority ?? undefined,
    ttl: row.ttl ?? undefined,
    annotations: buffer(row.annotations),
    annotationCount: row.annotation_count,
    bare: buffer(row.bare),
  };
}

/** A lock does not outlive the process: a locked message is kept as a ready one. */
function durableState(state: MessageState): StoredMessage["state"] {
  return state === "deferred" || state === "scheduled" ? state : "ready";
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
