import type { ModuleDefinition } from "../define/module.ts";
import type { Sequence } from "./sequence.ts";

/** A module that is a command; from `modules.json`. */
export interface CommandModule {
  readonly kind: "command";
  readonly name: string;
  /** The program and its first arguments, before `--input`, `--output` and `--config`. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Files of this machine that it needs beside it, by their name in its folder: its script, what that imports. */
  readonly files: ReadonlyMap<string, string>;
}

/** What does the work of a step. */
export type Module = CommandModule | ModuleDefinition;

/** What of a sequence or a module cannot be used, and why. */
export interface BookFault {
  /** `etl_sequences/daily.json`, `modules.json`, or `sequence|daily` for one that came by the API. */
  readonly file: string;
  /** The place in it: `0.module_name`, `extractor.cmd`; the empty one is all of it. */
  readonly path: string;
  /** What follows on file and place: `is not JSON: line 3, column 5`. */
  readonly message: string;
}

/** Sequences and modules by their names. */
export interface SequenceBook {
  /** Undefined where there is none. Rejects when the store fails, or a file of the app is faulty. */
  find(name: string): Promise<Sequence | undefined>;
  /** All of them, by name. */
  list(): Promise<readonly Sequence[]>;
  /** Undefined where there is none. Rejects where `modules.json` is faulty about it. */
  module(name: string): Promise<Module | undefined>;
  modules(): Promise<readonly Module[]>;
  /** What `list` and `modules` leave out, and why. Rejects when the store fails. */
  faults(): Promise<readonly BookFault[]>;
  /** A configuration file beside the app's sequences: its path on this machine; undefined where there is none. */
  confFile(name: string): string | undefined;
}
