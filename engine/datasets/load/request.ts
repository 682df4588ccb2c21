/** How a file meets what the dataset has. */
export const MODES = ["create", "append", "replace", "upsert"] as const;

/** One of them. */
export type Mode = (typeof MODES)[number];

/** What was asked of a load: the `request` of a run of kind `load`, whose name is the table. */
export interface LoadRequest {
  readonly table: string;
  /** The file's name as it was sent. */
  readonly file: string;
  readonly mode: Mode;
  /** Names of columns, for `upsert`. */
  readonly key?: readonly string[];
  /** Fail at the first record that is no row. */
  readonly strict: boolean;
  /** Load it although the very same file was loaded before. */
  readonly again: boolean;
  /** Else found. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** Whom the dataset belongs to. */
  readonly owner: string;
  /** What was sent beside the file in the field `text`. */
  readonly title?: string;
  /** The upload that is read, where the file did not come with the request. */
  readonly upload?: string;
}
