import { bytesInWords, durationInWords, type RunView, type StepView } from "../running/runs.ts";

/** Lines of a failed step's log that are shown. */
const LAST_LINES = 20;

const OVER: readonly StepView["status"][] = ["succeeded", "reused", "failed", "cancelled"];
const SIGNS: Partial<Record<StepView["status"], string>> = {
  succeeded: "✓",
  reused: "=",
  failed: "✗",
  cancelled: "–",
};

/** What there is to tell of a run that was not told before; `told` says how many steps were. */
export function newsOf({ steps = [] }: RunView, told: number): readonly string[] {
  const ended = steps.findIndex(({ status }) => !OVER.includes(status));
  const over = ended === -1 ? steps.length : ended;
  return steps.slice(told, over).map(stepLine);
}

function stepLine({ module, status, attempt, exitCode, durationMs, artifact, log }: StepView): string {
  const facts = [
    status,
    ...(durationMs === undefined || durationMs === null ? [] : [durationInWords(durationMs)]),
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(exitCode === null || exitCode === 0 ? [] : [`exit code ${exitCode}`]),
    ...(artifact ? [`${artifact.path} (${bytesInWords(artifact.bytes)})`] : []),
  ];
  const line = `  ${SIGNS[status] ?? " "} ${module.padEnd(24)} ${facts.join(", ")}`;
  return status === "failed" ? [line, ...lastLines(log ?? "")].join("\n") : line;
}

function lastLines(log: string): string[] {
  const lines = log
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "");
  const left = lines.length - LAST_LINES;
  return [
    ...(left > 0 ? [`      … ${left} lines before that`] : []),
    ...lines.slice(-LAST_LINES).map((line) => `      ${line}`),
  ];
}

/** How a run ended, in a line. */
export function endOf({ name, status, error, startedAt, endedAt }: RunView): string {
  const took =
    startedAt && endedAt ? ` in ${durationInWords(Date.parse(endedAt) - Date.parse(startedAt))}` : "";
  return `${name} ${status}${took}${error === undefined ? "" : `: ${error}`}`;
}
