import type { DemoOptions } from "./arguments.ts";
import { Books } from "./books.ts";
import { checkAll } from "./checks/all.ts";
import type { CheckResult } from "./checks/difference.ts";
import { ShopDay } from "./day/clock.ts";
import { writeScript } from "./day/write-script.ts";
import { gather } from "./evidence.ts";
import { play, type Played } from "./play.ts";
import { askQuestions } from "./questions.ts";
import { reportOf } from "./report.ts";
import { settle } from "./settle.ts";
import { type Stage, setStage } from "./stage.ts";
import { Story, styled } from "./story.ts";
import { counted, numeral, tableOf } from "./table.ts";

/**
 * Plays the day and tells it on stdout. Returns whether every check holds; throws when the day cannot be played, or
 * when `signal` aborts. Leaves nothing behind, however it ends.
 */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<boolean> {
  await using cleanup = new AsyncDisposableStack();
  const began = performance.now();
  const story = new Story();
  cleanup.defer(() => story.clear());
  signal.addEventListener("abort", () => story.note("Stopping everything …"));
  const day = new ShopDay(Date.now());
  const script = writeScript(options, day);
  story.plain(styled("bold", "Caudal: a day in a small shop"));
  const { customers, strangers, steps } = script;
  story.note(
    `${counted(customers.length, "customer")} of the CRM, and ${numeral(strangers.length)} whom only the online store ` +
      `knows: ${numeral(customers.length + strangers.length)} in all; seed ${options.seed}`,
  );
  const stage = await setStage(cleanup, { story, keep: options.keep, signal });
  story.good(
    `Service Bus, Cosmos DB, MySQL and the Functions host are up, ${seconds(began)} after the start`,
  );
  for (const { what, missing } of stage.off)
    story.note(`${what} is off: the demo sets no ${missing.join(", ")}`);

  story.chapter(`${day.date}, the shop's time`);
  const books = new Books();
  const opened = performance.now();
  const played = await play(steps, { ...stage, day, story, books, signal });
  const missing = await waitForAll(played, stage, story, signal);
  const rate = Math.round(played.eventIds.size / ((performance.now() - opened) / 1_000));
  if (missing.length > 0) story.bad(`Nothing moves any more, and not everything has arrived`);
  else {
    story.note(
      `Everything is where it belongs ${seconds(opened)} after the shop opened: ${rate} events a second`,
    );
  }

  const evidence = await gather(stage.archive, stage.mysql);
  story.chapter("The day in numbers");
  story.plain(tableOf(reportOf(played, evidence, stage)));

  story.chapter("An auditor asks");
  await askQuestions(stage.operator, evidence.records, { day, story });

  story.chapter("Checks");
  const checks = await checkAll(evidence, { ...stage, books, played, missing });
  const failed = checks.filter((check) => !tellCheck(check, story)).length;
  story.plain("");
  if (failed === 0) story.plain(styled("green", `Everything holds. ${seconds(began)} in all.`));
  else story.plain(styled("red", `${failed} of ${counted(checks.length, "check")} did not hold.`));
  if (failed > 0 && !options.keep) {
    story.note("With --keep the data folder stays, and what each process logged");
  }
  return failed === 0;
}

function waitForAll(
  played: Played,
  { archive, integrations }: Stage,
  story: Story,
  signal: AbortSignal,
): Promise<string[]> {
  return settle(
    archive,
    played.eventIds,
    integrations,
    ({ recorded, events, delivered, deliveries }) => {
      const out = deliveries > 0 ? `, ${numeral(delivered)} of ${numeral(deliveries)} delivered` : "";
      story.progress(`${numeral(recorded)} of ${counted(events, "event")} recorded${out}`);
    },
    signal,
  );
}

/** Tells what a check found, every difference on a line of its own. Returns whether it holds. */
function tellCheck({ claim, differences }: CheckResult, story: Story): boolean {
  if (differences.length === 0) story.good(claim);
  else story.bad(`${claim}: ${counted(differences.length, "difference")}`);
  for (const { where, what } of differences) story.plain(`      ${where}: ${what}`);
  return differences.length === 0;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
