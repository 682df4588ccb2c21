import { setTimeout as sleep } from "node:timers/promises";
import type { Books } from "./books.ts";
import type { ShopDay } from "./day/clock.ts";
import type { Crm, WebhookAnswer } from "./systems/crm.ts";
import { outcomeOf, reasonOf } from "./outcome.ts";
import type { Operator } from "./operator.ts";
import type { PullStep, Step, WebhookStep } from "./day/script.ts";
import type { OnlineStore } from "./systems/store.ts";
import type { Story } from "./story.ts";
import { counted, numeral } from "./table.ts";

/** Who takes part in the day. */
export interface Company {
  readonly day: ShopDay;
  readonly story: Story;
  readonly books: Books;
  readonly crm: Crm;
  readonly store: OnlineStore;
  readonly operator: Operator;
  readonly signal: AbortSignal;
}

/** What went in, and what was refused. */
export interface Played {
  readonly sent: { readonly step: WebhookStep; readonly answer: WebhookAnswer }[];
  readonly pulls: { readonly records: number; readonly events: number; readonly quarantined: number }[];
  /** Ids of the events that Caudal took in: each must come to have one audit record. */
  readonly eventIds: Set<string>;
  /** Answers other than the script foresees. */
  readonly surprises: string[];
}

/** Webhooks that are on their way at a time; those of one customer go one after the other. */
const AT_ONCE = 16;
/** How long a pull may take, in milliseconds. */
const PULL_MS = 120_000;

/** Plays a script to its end. Throws when Caudal cannot be reached. */
export async function play(steps: readonly Step[], company: Company): Promise<Played> {
  const played: Played = { sent: [], pulls: [], eventIds: new Set(), surprises: [] };
  const webhooks = steps.filter((step) => step.kind === "webhook").length;
  let scene: WebhookStep[] = [];
  const playScene = async (): Promise<void> => {
    await sendAll(scene, company, played, webhooks);
    scene = [];
  };
  for (const step of steps) {
    if (step.kind === "webhook") {
      scene.push(step);
      continue;
    }
    await playScene();
    await playPull(step, company, played);
  }
  await playScene();
  return played;
}

/** Sends webhooks in the order of the script, sixteen at a time, and tells those that have a line in that order. */
async function sendAll(
  steps: readonly WebhookStep[],
  { crm, story, day, books, signal }: Company,
  played: Played,
  total: number,
): Promise<void> {
  const lanes = new Map<string, Promise<unknown>>();
  const under: Promise<WebhookAnswer>[] = [];
  let untold = 0;
  const tell = async (step: WebhookStep, sending: Promise<WebhookAnswer>): Promise<void> => {
    const answer = await sending;
    played.sent.push({ step, answer });
    take(step, answer, books, played);
    if (step.say === undefined) untold += 1;
    else story.event(day.clock(step.at), step.say, outcomeOf(answer), reasonOf(answer));
    story.progress(`${day.clock(step.at)}  ${numeral(played.sent.length)} of ${counted(total, "webhook")}`);
  };
  for (const [index, step] of steps.entries()) {
    const before = lanes.get(step.person.id) ?? Promise.resolve();
    const sending = before.then(() => crm.send(step, signal));
    // Whoever waits for this one's turn rethrows what it threw.
    sending.catch(() => undefined);
    lanes.set(step.person.id, sending);
    under.push(sending);
    const oldest = steps[index - AT_ONCE + 1];
    const its = under[index - AT_ONCE + 1];
    if (oldest && its) await tell(oldest, its);
  }
  for (let index = Math.max(0, steps.length - AT_ONCE + 1); index < steps.length; index++) {
    const [step, sending] = [steps[index], under[index]];
    if (step && sending) await tell(step, sending);
  }
  if (untold > 0) story.note(`       … and ${counted(untold, "more change")} of other customers meanwhile`);
}

const FORESEEN = {
  signature: { status: 401, path: undefined },
  phone: { status: 400, path: "data.phone" },
  future: { status: 400, path: "timestamp" },
} as const;

/** Enters in the books what was taken in, and compares the answer with what it should be. */
function take(step: WebhookStep, answer: WebhookAnswer, books: Books, played: Played): void {
  const foreseen = step.fault ? FORESEEN[step.fault] : { status: 202, path: undefined };
  const path = answer.issues[0]?.path;
  if (answer.status !== foreseen.status || path !== foreseen.path) {
    const got = `${answer.status} ${path ?? ""} ${answer.detail}`.replaceAll(/ +/g, " ").trim();
    const wanted = `${foreseen.status} ${foreseen.path ?? ""}`.trim();
    played.surprises.push(`${step.webhookId}: answered ${got}, not ${wanted}`);
  }
  for (const id of answer.ids) played.eventIds.add(id);
  if (answer.status === 202) books.contact(step.person.id, step.event);
}

/** Lets the store sum up its sales, starts a pull as an operator does, and follows it to its end. */
async function playPull(step: PullStep, company: Company, played: Played): Promise<void> {
  const { store, books, operator, story, day, signal } = company;
  store.write(step.records);
  for (const record of step.records) {
    const id = `${record.documentType}-${record.documentNumber}`;
    books.sale(id, record);
    played.eventIds.add(`store:${id}@${record.updatedAt}`);
  }
  const started = await operator.ask("POST", "/api/v1/pulls/store/runs");
  if (started.status !== 202) {
    throw new Error(`the pull did not start: ${started.status} ${String(started.json["detail"])}`);
  }
  const path = started.header("location") ?? `/api/v1/runs/${String(started.json["run"])}`;
  const deadline = Date.now() + PULL_MS;
  for (;;) {
    const { json: run } = await operator.ask("GET", path);
    const { done = 0 } = (run["progress"] ?? {}) as { done?: number };
    story.progress(`${day.clock(step.at)}  ${counted(done, "record")} pulled`);
    if (run["endedAt"]) {
      const { events = 0, quarantined = 0 } = (run["result"] ?? {}) as {
        events?: number;
        quarantined?: number;
      };
      if (run["status"] !== "succeeded") {
        played.surprises.push(`the pull ended as ${String(run["status"])}: ${String(run["error"])}`);
      }
      played.pulls.push({ records: done, events, quarantined });
      story.event(day.clock(step.at), step.say, counted(done, "record"));
      return;
    }
    if (Date.now() > deadline)
      throw new Error(`the pull is still ${String(run["status"])} after two minutes`);
    await sleep(50, undefined, { signal });
  }
}
