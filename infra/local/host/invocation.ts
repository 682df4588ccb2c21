import { randomUUID } from "node:crypto";
import type { AppRegistry, RegisteredFunction } from "./core.ts";
import type { Log } from "./log.ts";
import { errorText } from "./log.ts";
import type {
  CoreInvocationContext,
  InvocationRequest,
  InvocationResponse,
  LogLevel,
  TypedData,
} from "./rpc.ts";

/** What a trigger hands to a function: the trigger's value, and what is known about it. */
export interface TriggerInput {
  data: TypedData;
  metadata?: Record<string, TypedData>;
  /** Given when the caller must know it before the call, as HTTP streaming does. */
  invocationId?: string;
}

/** Runs functions one call at a time each, and knows which calls are under way. */
export interface Invoker {
  /** Runs the function once. Rejects with what it (or a hook) threw. */
  invoke(target: RegisteredFunction, input: TriggerInput): Promise<InvocationResponse>;
  /** How many calls run now. */
  running(): number;
  /** Resolves when no call runs, or after `limitMs`; says whether all calls ended. */
  idle(limitMs: number): Promise<boolean>;
}

interface Call {
  name: string;
  startedAt: number;
}

/**
 * An invoker over the functions of one app.
 * `timeoutMs`: after it `onTimeout` is called with the function's name, once; Azure ends the worker then.
 */
export function createInvoker(options: {
  registry: AppRegistry;
  log: Log;
  timeoutMs: number;
  onTimeout: (name: string) => void;
}): Invoker {
  const { registry, log } = options;
  const model = registry.model;
  if (model === undefined) throw new Error("the app has not been loaded");
  const calls = new Set<Call>();
  let whenIdle: (() => void) | undefined;
  // Calls stand in the order of their start, so the first one alone can be overdue.
  const watch = setInterval(
    () => {
      const [oldest] = calls;
      if (oldest !== undefined && performance.now() - oldest.startedAt > options.timeoutMs) {
        calls.delete(oldest);
        options.onTimeout(oldest.name);
      }
    },
    Math.min(1000, options.timeoutMs),
  );
  watch.unref();

  return {
    async invoke(target, input) {
      const call = { name: target.metadata.name, startedAt: performance.now() };
      calls.add(call);
      try {
        return await run(target, input);
      } finally {
        calls.delete(call);
        // Callers settle their messages before anyone hears that nothing runs.
        setImmediate(() => {
          if (calls.size === 0) whenIdle?.();
        });
      }
    },
    running: () => calls.size,
    idle(limitMs) {
      if (calls.size === 0) return Promise.resolve(true);
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), limitMs);
        whenIdle = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
    },
  };

  async function run(target: RegisteredFunction, input: TriggerInput): Promise<InvocationResponse> {
    const name = target.metadata.name;
    const invocationId = input.invocationId ?? randomUUID();
    let contextOfHooks: unknown;
    const request: InvocationRequest = {
      invocationId,
      functionId: name,
      inputData: [{ name: triggerOf(target).name, data: input.data }],
      ...(input.metadata && { triggerMetadata: input.metadata }),
    };
    const core: CoreInvocationContext = {
      invocationId,
      request,
      metadata: target.metadata,
      log: (level, category, message) => {
        if (registry.hooks.log.length > 0) logThroughHooks(level, category, message);
        else log(level, name, message);
      },
    };
    const invocation = await model!.getInvocationModel(core);
    const { context, inputs } = await getArguments(invocation);
    contextOfHooks = context;
    const { preInvocation, postInvocation } = registry.hooks;
    if (preInvocation.length === 0 && postInvocation.length === 0) {
      core.state = "invocation";
      const result = await invocation.invokeFunction(context, inputs, target.callback);
      core.state = undefined;
      return invocation.getResponse(context, result);
    }
    const shared = { hookData: {}, appHookData: registry.hookData, invocationContext: context };
    core.state = "preInvocationHooks";
    const before = { ...shared, inputs, functionCallback: target.callback };
    for (const hook of preInvocation) await hook(before);
    core.state = "invocation";
    const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown };
    try {
      after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    core.state = "postInvocationHooks";
    for (const hook of postInvocation) await hook(after);
    core.state = undefined;
    if (after.error !== null && after.error !== undefined) throw after.error;
    return invocation.getResponse(context, after.result);

    function logThroughHooks(level: LogLevel, category: string, message: string): void {
      const record = {
        hookData: {},
        appHookData: registry.hookData,
        invocationContext: contextOfHooks,
        level,
        category,
        message,
      };
      try {
        for (const hook of registry.hooks.log) void hook(record);
      } catch (error) {
        log("error", name, `a log hook threw: ${errorText(error)}`);
      }
      if (category === "user") log(record.level, name, record.message);
      else log(level, name, message);
    }
  }
}

/** Names and options of a function's trigger, whose type ends in `Trigger`. Throws when it has none. */
export function triggerOf(target: RegisteredFunction): {
  name: string;
  type: string;
  [option: string]: unknown;
} {
  for (const [name, binding] of Object.entries(target.metadata.bindings)) {
    if (/trigger$/i.test(binding.type)) return { ...binding, name };
  }
  throw new Error(`the function "${target.metadata.name}" has no trigger`);
}

/**
 * The library tries JSON.parse on every string and throws most of the errors away; without their stacks they
 * cost a third. It runs synchronously up to its result, so nobody else sees the limit.
 */
function getArguments(invocation: {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
}): Promise<{
  context: unknown;
  inputs: unknown[];
}> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return invocation.getArguments();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
