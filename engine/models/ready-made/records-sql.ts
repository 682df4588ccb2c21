/**
 * The tables of the ready-made model `records`. Whoever alters this gives it another version in ready-made.ts: models
 * that are there are then altered at their next run, and keep their rows. MySQL 8.4 and MariaDB 10.11 take it alike.
 * JSON stands in LONGTEXT: a column of type JSON refuses what lies deeper than 32 levels (MariaDB) or 100 (MySQL).
 */
export const RECORDS_SQL = `-- Unified documents, audit log and deliveries. Personal values are masked. Times are UTC.

CREATE TABLE documents (
  entity VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version BIGINT UNSIGNED NOT NULL COMMENT 'counts the changes of the document',
  sequence BIGINT UNSIGNED NOT NULL COMMENT 'counts its audit records',
  removed BOOLEAN NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  data LONGTEXT COMMENT 'JSON; NULL where the entity was removed',
  parked DATETIME(3) COMMENT 'since when its events wait',
  marks CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'a hash of which members were masked',
  PRIMARY KEY (entity, entity_id),
  KEY by_time (updated_at),
  KEY by_parked (parked),
  KEY by_marks (entity, marks, entity_id)
);

CREATE TABLE document_values (
  entity VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  place INT UNSIGNED NOT NULL COMMENT 'in the document, from 0',
  path VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'contact.email, orders.0.total',
  kind VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'text, number, boolean, time, null, masked',
  value_text LONGTEXT,
  value_number DECIMAL(38, 10) COMMENT 'of numbers, and of texts that read as one; 1 and 0 of booleans',
  value_time DATETIME(3) COMMENT 'of dates and times, in UTC',
  PRIMARY KEY (entity, entity_id, place),
  KEY by_text (path(160), value_text(100), entity),
  KEY by_number (path(160), value_number, entity),
  KEY by_time (path(160), value_time, entity)
);

CREATE TABLE audit (
  entity VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL COMMENT 'its place in the log of the entity, from 1',
  event_id VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  version BIGINT UNSIGNED NOT NULL COMMENT 'of the document after the event',
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason LONGTEXT,
  rule VARCHAR(200) NOT NULL,
  source VARCHAR(200) NOT NULL,
  event_type VARCHAR(200) NOT NULL,
  observed_at DATETIME(3) COMMENT 'when the source saw it',
  recorded_at DATETIME(3) NOT NULL,
  hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  erased BOOLEAN NOT NULL COMMENT 'whether it has no personal values any more',
  PRIMARY KEY (entity, entity_id, sequence),
  KEY by_time (recorded_at),
  KEY by_event (event_id),
  KEY by_outcome (outcome, recorded_at),
  KEY by_source (source, recorded_at),
  KEY by_rule (rule, recorded_at)
);

CREATE TABLE audit_changes (
  entity VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sequence BIGINT UNSIGNED NOT NULL COMMENT 'of the audit record',
  place INT UNSIGNED NOT NULL COMMENT 'in the audit record, from 0',
  path VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  sub_schema VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  old LONGTEXT COMMENT 'JSON; NULL where there was no value',
  new LONGTEXT COMMENT 'JSON; NULL where there is none any more',
  refused VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin COMMENT 'why it did not stand: stale, priority, invalid',
  PRIMARY KEY (entity, entity_id, sequence, place),
  KEY by_path (path(160), entity),
  KEY by_refused (refused)
);

CREATE TABLE deliveries (
  id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'a hash of what the attempt is about',
  integration VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  attempt INT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL COMMENT 'of the document that was sent',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  error LONGTEXT COMMENT 'masked: NULL where there was none',
  duration_ms BIGINT UNSIGNED NOT NULL,
  at DATETIME(3) NOT NULL COMMENT 'when the attempt began',
  erased BOOLEAN NOT NULL COMMENT 'whether an erasure took what it may have quoted',
  PRIMARY KEY (id),
  KEY by_time (at),
  KEY by_entity (entity, entity_id, at),
  KEY by_integration (integration, status, at),
  KEY by_event (event_id)
);
`;
