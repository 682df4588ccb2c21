// npm run sequence: runs a sequence on a Caudal that runs, and follows it to its end.
import { setTimeout as wait } from "node:timers/promises";
import { ask, NotAnswered } from "./running/ask.ts";
import type { RunView } from "./running/runs.ts";
import { WrongUse } from "./wrong-use.ts";
import { type Asked, askedOf, USAGE } from "./sequence/arguments.ts";
import { endOf, newsOf } from "./sequence/story.ts";

/** Between two looks at a run, in milliseconds. */
const LOOK_EVERY_MS = 500;

try {
  const asked = askedOf(process.argv.slice(2), process.env);
  if (asked === "help") process.stdout.write(USAGE);
  else await carryOut(asked);
} catch (error) {
  if (!(error instanceof WrongUse || error instanceof NotAnswered)) throw error;
  process.stderr.write(`sequence: ${error.message}${error instanceof WrongUse ? ". See --help." : ""}\n`);
  process.exitCode = 2;
}

async function carryOut(asked: Asked): Promise<void> {
  const { where, wait: follows } = asked;
  if (asked.do === "cancel") {
    await ask(where, `runs/${encodeURIComponent(asked.run)}/cancel`, { method: "POST" });
    return void process.stdout.write(`${asked.run} is being cancelled\n`);
  }
  const { run } =
    asked.do === "start"
      ? await ask<{ run: string }>(where, `sequences/${encodeURIComponent(asked.name)}/runs`, {
          method: "POST",
          body: { parameters: asked.parameters },
        })
      : await ask<{ run: string }>(where, `runs/${encodeURIComponent(asked.run)}/restart`, {
          method: "POST",
          body: asked.from === undefined ? {} : { from: asked.from },
        });
  if (!follows) return void process.stdout.write(`${run}\n`);
  process.stdout.write(`run ${run}\n`);
  const ended = await followed(asked, run);
  process.stdout.write(`${endOf(ended)}\n`);
  process.exitCode = ended.status === "succeeded" ? 0 : 1;
}

async function followed({ where }: Asked, run: string): Promise<RunView> {
  let told = 0;
  for (;;) {
    const view = await ask<RunView>(where, `runs/${run}`);
    const news = newsOf(view, told);
    told += news.length;
    for (const line of news) process.stdout.write(`${line}\n`);
    if (view.endedAt) return view;
    await wait(LOOK_EVERY_MS);
  }
}
