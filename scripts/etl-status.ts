// npm run etl:status: the runs of sequences as they go, in the terminal.
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { type Asked, askedOf, USAGE } from "./etl-status/arguments.ts";
import { stepsOf, tableOf } from "./etl-status/table.ts";
import { ask, NotAnswered } from "./running/ask.ts";
import type { RunView } from "./running/runs.ts";
import type { Where } from "./running/where.ts";
import { WrongUse } from "./wrong-use.ts";

const DRAW_EVERY_MS = 1_000;
/** Width where the output is no terminal. */
const WIDE = 10_000;
const CLEAR = "\u001b[H\u001b[2J";

try {
  const asked = askedOf(process.argv.slice(2), process.env);
  if (asked === "help") process.stdout.write(USAGE);
  else await show(asked);
} catch (error) {
  if (!(error instanceof WrongUse || error instanceof NotAnswered)) throw error;
  process.stderr.write(`etl:status: ${error.message}${error instanceof WrongUse ? ". See --help." : ""}\n`);
  process.exitCode = 2;
}

async function show(asked: Asked): Promise<void> {
  if (asked.json) {
    const shown = asked.run === undefined ? await newest(asked) : await one(asked.where, asked.run);
    return void process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  }
  if (asked.once || !process.stdout.isTTY) {
    return void process.stdout.write(`${(await linesOf(asked, WIDE)).join("\n")}\n`);
  }
  for (;;) {
    // A terminal that does not know its size says 0.
    const columns = process.stdout.columns || 80;
    const rows = process.stdout.rows || 24;
    const lines = await linesOf(asked, columns).catch((error: unknown) => {
      // It may be starting again: the next look will tell.
      if (error instanceof NotAnswered && error.status === undefined) return [error.message];
      throw error;
    });
    const drawn = `${CLEAR}${lines.slice(0, rows - 1).join("\n")}\n`;
    if (!process.stdout.write(drawn)) await once(process.stdout, "drain");
    await wait(DRAW_EVERY_MS);
  }
}

async function linesOf(asked: Asked, width: number): Promise<string[]> {
  if (asked.run !== undefined) return stepsOf(await one(asked.where, asked.run), Date.now(), width);
  return tableOf(await newest(asked), Date.now(), width);
}

function one(where: Where, run: string): Promise<RunView> {
  return ask<RunView>(where, `runs/${encodeURIComponent(run)}`);
}

/** The newest runs; those that are at work, or failed, with their steps. */
async function newest({ where, sequence, limit }: Asked): Promise<readonly RunView[]> {
  const name = sequence === undefined ? "" : `&name=${encodeURIComponent(sequence)}`;
  const { items } = await ask<{ items: readonly RunView[] }>(
    where,
    `runs?kind=sequence&limit=${limit}${name}`,
  );
  return Promise.all(
    items.map(async (run) =>
      run.endedAt === null || run.status === "failed" ? await one(where, run.id) : run,
    ),
  );
}
