/** A step of a run, as the API shows it. */
export interface StepView {
  readonly module: string;
  readonly status: "pending" | "running" | "waiting" | "succeeded" | "reused" | "failed" | "cancelled";
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly log: string | null;
  readonly durationMs?: number | null;
  readonly artifact?: { readonly path: string; readonly bytes: number } | null;
  readonly startedAt?: string | null;
}

/** A run, as the API shows it. */
export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly progress: { readonly done: number; readonly total: number | null; readonly unit: string };
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error?: string;
  readonly steps?: readonly StepView[];
}

/** "0.4 s", "12 s", "3 min 5 s", "2 h 10 min". */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "812 B", "1.2 KiB", "34 MiB". */
export function bytesInWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const size = bytes / 1024 ** power;
  return `${power === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${units[power] ?? ""}`;
}
