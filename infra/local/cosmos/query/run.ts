import { badRequest } from "../failure.ts";
import type { Answer } from "../http/answer.ts";
import type { JsonObject } from "../json.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { compileSelect, queryText } from "./compile-select.ts";
import type { CompiledSelect } from "./compile-select.ts";
import { readContinuation, writeContinuation } from "./continuation.ts";
import type { Continuation } from "./continuation.ts";
import { documentPath, itemAlias } from "./document-path.ts";
import { Groups } from "./groups.ts";
import { order } from "./order.ts";
import { Page } from "./page.ts";
import { parseQuery } from "./parser.ts";
import { PushDown } from "./push-down.ts";
import type { QueryRequest } from "./request.ts";
import { ItemScan } from "./scan.ts";
import type { Position, ScannedItem } from "./scan.ts";
import type { Row } from "./scope.ts";
import type { Select } from "./syntax.ts";
import { Turn } from "./turn.ts";
import { identity } from "./values.ts";
import type { Value } from "./values.ts";

/** How many items are read at a time where each must be looked at, and at most anywhere. */
const sliceSize = 500;
const maxSlice = 1000;

/** How many groups or distinct values a query may come to. */
const maxResults = 1_000_000;

/** Queries read lately, by their text. */
const parsed = new Map<string, Select>();
const maxParsed = 500;

function parse(query: string): Select {
  const known = parsed.get(query);
  if (known !== undefined) return known;
  const select = parseQuery(query);
  if (parsed.size >= maxParsed) parsed.clear();
  parsed.set(query, select);
  return select;
}

/** A query made ready for one container. */
interface Prepared {
  readonly select: CompiledSelect;
  readonly scan: ItemScan;
  readonly root: number;
  /** True when SQLite decides the whole WHERE and every item is one result. */
  readonly exact: boolean;
  /** True when a result is the item itself, so that its stored text is the answer. */
  readonly whole: boolean;
  /** True for a lone `COUNT` of what is always there, which SQLite can count. */
  readonly counts: boolean;
}

/**
 * Runs one page of a query: SQLite narrows down and sorts, the rest is evaluated item by item.
 *
 * @throws Failure 400 when the query cannot be read or run, naming the place
 */
export async function runQuery(
  store: Store,
  container: ContainerEntry,
  request: QueryRequest,
): Promise<Answer> {
  const start = readContinuation(request.continuation);
  const syntax = parse(request.query);
  const page = new Page(request.pageSize);
  let next: Continuation | undefined;
  if (syntax.from.length === 0) {
    const { output } = compileSelect(syntax, queryText(request.query, request.parameters), undefined);
    give(page, output([]));
  } else {
    const prepared = prepare(store, container, request, syntax, start);
    const gathers = prepared.select.grouped !== undefined || prepared.select.distinct;
    next = gathers ? await gathered(prepared, page, start) : await streamed(prepared, page, start);
  }
  return {
    status: 200,
    body: page.body(container.rid),
    continuation: next && writeContinuation(next),
    itemCount: page.count,
    charge: 2.5 + page.count * 0.1,
  };
}

function prepare(
  store: Store,
  container: ContainerEntry,
  request: QueryRequest,
  syntax: Select,
  start: Continuation,
): Prepared {
  const text = queryText(request.query, request.parameters);
  const root = text.slot();
  const select = compileSelect(syntax, text, undefined, root);
  const alias = itemAlias(syntax);
  const where =
    alias !== undefined && syntax.where
      ? new PushDown(text, alias, container).condition(syntax.where)
      : undefined;
  const single = alias !== undefined && syntax.from.length === 1;
  const exact = single && (syntax.where === undefined || where?.exact === true);
  const scan = new ItemScan(store, container, {
    key: request.key,
    where,
    order: order(syntax, text, container),
    way: start.way,
  });
  const { output } = syntax;
  const value = output.kind === "value" ? output.value : undefined;
  const whole =
    single && (output.kind === "all" || (value !== undefined && documentPath(value, alias)?.length === 0));
  const counts =
    exact &&
    value?.kind === "call" &&
    value.name === "COUNT" &&
    value.args[0]?.kind === "literal" &&
    syntax.groupBy.length === 0;
  return { select, scan, root, exact, whole, counts };
}

function give(page: Page, value: Value): void {
  if (value !== undefined) page.add(JSON.stringify(value));
}

/** Gives results as they are found; returns where to go on, or undefined at the end. */
async function streamed(
  prepared: Prepared,
  page: Page,
  start: Continuation,
): Promise<Continuation | undefined> {
  const { select, scan, exact } = prepared;
  const turn = new Turn();
  let { after, within, skipped, given } = start;
  for (;;) {
    if (given >= select.limit) return undefined;
    const needed = exact ? Math.min(page.room + 1 + select.offset - skipped, maxSlice) : sliceSize;
    const slice = scan.read(after, needed);
    for (const item of slice.items) {
      let seen = 0;
      for (const text of resultsOf(prepared, item)) {
        if (seen++ < within) continue;
        if (skipped < select.offset) {
          skipped++;
          continue;
        }
        if (given >= select.limit) return undefined;
        if (page.full) return { ...(after && { after }), way: scan.way, within: seen - 1, skipped, given };
        page.add(text);
        given++;
      }
      within = 0;
      after = item.position;
    }
    if (!slice.more) return undefined;
    if (page.full) return { ...(after && { after }), way: scan.way, within: 0, skipped, given };
    await turn.over();
  }
}

/** The results one item leads to, as JSON texts: none, one, or with JOIN several. */
function resultsOf({ select, root, exact, whole }: Prepared, { body }: ScannedItem): string[] {
  if (exact && whole) return [body];
  const texts: string[] = [];
  const row: Row = [];
  row[root] = JSON.parse(body) as JsonObject;
  select.rows(row, () => {
    if (whole) {
      texts.push(body);
      return true;
    }
    const value = select.output(row);
    if (value !== undefined) texts.push(JSON.stringify(value));
    return true;
  });
  return texts;
}

/** Goes through everything first, as GROUP BY, aggregates and DISTINCT must; pages count the results given before. */
async function gathered(
  prepared: Prepared,
  page: Page,
  start: Continuation,
): Promise<Continuation | undefined> {
  const { select } = prepared;
  const from = select.offset + start.given;
  let at = 0;
  for (const value of prepared.counts ? [prepared.scan.count()] : await gather(prepared)) {
    if (at >= select.offset + select.limit) return undefined;
    if (at++ < from) continue;
    if (page.full) return { within: 0, skipped: 0, given: start.given + page.count };
    page.add(JSON.stringify(value));
  }
  return undefined;
}

async function gather(prepared: Prepared): Promise<Iterable<NonNullable<Value>>> {
  const { select, scan, root } = prepared;
  const row: Row = [];
  const groups = select.grouped && new Groups(select.grouped);
  const distinct = new Map<string, NonNullable<Value>>();
  const keep = (value: Value): void => {
    if (value === undefined) return;
    const name = select.distinct ? identity(value) : String(distinct.size);
    if (!distinct.has(name)) distinct.set(name, value as NonNullable<Value>);
  };
  const turn = new Turn();
  for (let after: Position | undefined; ;) {
    const { items, more } = scan.read(after, sliceSize);
    for (const { body } of items) {
      row[root] = JSON.parse(body) as JsonObject;
      select.rows(row, () => {
        if (groups) groups.add(row);
        else keep(select.output(row));
        return true;
      });
    }
    if (!more) break;
    after = items.at(-1)?.position;
    if (distinct.size + (groups?.size ?? 0) > maxResults)
      throw badRequest(`The query has more than ${maxResults} groups.`);
    await turn.over();
  }
  if (groups) for (const value of groups.results(row, select.output)) keep(value);
  return distinct.values();
}
