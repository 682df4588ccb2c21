import { bytesInWords, durationInWords, type RunView, type StepView } from "../running/runs.ts";

/** Lines of each step's log that are shown of one run. */
const LAST_LINES = 3;

/** The table of runs, each line at most `width` characters. */
export function tableOf(runs: readonly RunView[], now: number, width: number): string[] {
  if (runs.length === 0) return ["No sequence has run yet: npm run sequence -- NAME runs one."];
  // What a command may be given comes first: a narrow terminal cuts what is last.
  const rows = runs.map((run) => [
    run.id,
    run.name,
    run.status,
    `${run.progress.done}/${run.progress.total ?? "?"}`,
    durationOf(run, now),
    stepOf(run),
    whenOf(run.startedAt ?? run.queuedAt),
    run.error ?? "",
  ]);
  return columnsOf(
    [["RUN", "SEQUENCE", "STATUS", "DONE", "FOR", "STEP", "STARTED (UTC)", "ERROR"], ...rows],
    width,
  );
}

/** One run: its steps, and the end of what each printed. */
export function stepsOf(run: RunView, now: number, width: number): string[] {
  const rows = (run.steps ?? []).map((step) => [
    step.module,
    step.status,
    String(step.attempt),
    step.exitCode === null ? "" : String(step.exitCode),
    step.durationMs === undefined || step.durationMs === null ? "" : durationInWords(step.durationMs),
    step.artifact ? `${step.artifact.path} (${bytesInWords(step.artifact.bytes)})` : "",
  ]);
  const [head = "", ...lines] = columnsOf(
    [["MODULE", "STATUS", "ATTEMPT", "EXIT", "FOR", "OUTPUT"], ...rows],
    width,
  );
  const steps = (run.steps ?? []).flatMap((step, index) => [lines[index] ?? "", ...lastLines(step, width)]);
  const error = run.error === undefined ? [] : [cut(`error: ${run.error}`, width)];
  return [
    cut(`${run.name}  ${run.status}  ${durationOf(run, now)}  ${run.id}`, width),
    ...error,
    "",
    head,
    ...steps,
  ];
}

function lastLines({ log }: StepView, width: number): string[] {
  const lines = (log ?? "")
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "");
  return lines.slice(-LAST_LINES).map((line) => cut(`    ${plain(line)}`, width));
}

/** The step that is at work, or the one that the run came to. */
function stepOf({ steps = [] }: RunView): string {
  const at = steps.find(({ status }) => status === "running" || status === "waiting" || status === "failed");
  return at ? `${at.module}${at.attempt > 1 ? ` (attempt ${at.attempt})` : ""}` : "";
}

function whenOf(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}

function durationOf({ startedAt, endedAt }: RunView, now: number): string {
  if (startedAt === null) return "";
  return durationInWords((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** Rows in columns as wide as their widest cell; the last is as wide as it likes until the line is full. */
function columnsOf(rows: readonly (readonly string[])[], width: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => plain(row[column] ?? "").length)),
  );
  return rows.map((row) =>
    cut(
      row
        .map((cell, column) => plain(cell).padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
      width,
    ),
  );
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Without what would move a terminal's cursor or colour it. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
