/** Runs code that somebody uploaded, apart from the app: it sees nothing of ours but what it is given. */
export interface JobRunner {
  /**
   * Runs a job to its end in a clean folder, in processes that all end with it, whatever they forked. Resolves however
   * the job ended; an abort of the signal ends it as `cancelled`. Rejects only when it could not be started. `hear` gets
   * what it printed so far, as {@link JobEnd} has it at the end, at most every second while there is more of it.
   */
  run(job: Job, signal: AbortSignal, hear?: (output: string) => void): Promise<JobEnd>;
}

/** A job to run. */
export interface Job {
  /** Whose it is. Jobs of one account may see each other's processes, those of two may not. One at a time each. */
  readonly account: string;
  /** A program (`node`, `python3`, `bash`, `sh` or an absolute path) and its arguments, as they are: no shell reads them. */
  readonly command: readonly [program: string, ...args: string[]];
  /** What is in its folder at the start, by file name (`[\w.-]+`); the folder is where it runs. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /**
   * Files of this machine that are put into its folder beside those, of any size: by their path there, each segment of
   * which is a name of at most 200 bytes and neither `.` nor `..`; the folders on the way are made. Copies: what it does to
   * them stays with it.
   */
  readonly bring?: ReadonlyMap<string, string>;
  /**
   * Files that are taken out of its folder when it exited with 0: by their path there, the file of this machine that each
   * becomes. Folders on the way there are made before it starts. Only a regular file of its own is taken, never what a link names.
   */
  readonly keep?: ReadonlyMap<string, string>;
  /** All of its environment, beside PATH, HOME, TMPDIR and LANG. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: JobLimits;
}

/** What a job may use. */
export interface JobLimits {
  /** Milliseconds until it is ended. */
  readonly timeMs: number;
  /** Bytes that its processes may have together. */
  readonly memoryBytes: number;
  /** Bytes that it may print; what is kept of them is {@link OUTPUT_KEPT}. */
  readonly outputBytes: number;
}

/** Bytes of a job's output that are kept, half of them of its head and half of its tail. */
export const OUTPUT_KEPT = 64 * 1024;

/** How a job ended. */
export interface JobEnd {
  /** `exited`: by itself, with `exitCode` or by a signal; the others: it was ended for that. */
  readonly how: "exited" | "timed-out" | "out-of-memory" | "too-much-output" | "cancelled";
  /** Null where it did not exit by itself. */
  readonly exitCode: number | null;
  /** What ended it, in words, where that is not its exit code: "it ran longer than 10 minutes". */
  readonly reason?: string;
  /** What it printed on both streams, as it came; what was left out is said where it was. UTF-8, never cut inside a character. */
  readonly output: string;
  readonly durationMs: number;
  /** Which of the files to keep it left. */
  readonly kept?: readonly string[];
}
