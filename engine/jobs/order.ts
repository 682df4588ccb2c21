import type { Job, JobEnd } from "./runner.ts";

/** What a warden is told: one line of JSON on its standard input, which then stays open as long as its host lives. */
export interface WardenOrder {
  /** The user and group that the job runs as; null: the warden's own. */
  readonly uid: number | null;
  /** What the account's folders are called. */
  readonly tag: string;
  /** Where they are made. */
  readonly folder: string;
  /** What the job's files may come to, in bytes. */
  readonly folderBytes: number;
  /** Null: only to end and remove what an earlier warden of the account left. */
  readonly job: WardenJob | null;
  /** Whether it says what the job printed, while it runs. */
  readonly hear: boolean;
}

/** A job, as JSON carries it: files in base64. */
export interface WardenJob extends Pick<Job, "command" | "env" | "limits"> {
  readonly files: Readonly<Record<string, string>>;
  readonly bring: Readonly<Record<string, string>>;
  readonly keep: Readonly<Record<string, string>>;
}

/** What a warden says on its standard output, each a line of JSON: now and then what the job printed so far, and last its answer. */
export type WardenLine = { readonly output: string } | WardenAnswer;

/** What a warden answers when all of a job is gone. */
export type WardenAnswer = { readonly end: JobEnd | null } | { readonly refused: string };
