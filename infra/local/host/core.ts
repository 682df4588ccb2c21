import Module from "node:module";
import type { Log } from "./log.ts";
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from "./rpc.ts";

/** A function an app registered: what it says about itself, and its handler. */
export interface RegisteredFunction {
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** The moments at which an app may hook in. */
export type HookName = "appStart" | "appTerminate" | "preInvocation" | "postInvocation" | "log";

/** A hook; it gets a context object that it may change where the worker's contract says so. */
export type Hook = (context: Record<string, unknown>) => unknown;

/** What an app has told the host so far. */
export interface AppRegistry {
  functions: Map<string, RegisteredFunction>;
  hooks: Record<HookName, Hook[]>;
  /** Shared by all hooks of the app, as `appHookData`. */
  hookData: Record<string, unknown>;
  model?: ProgrammingModel;
  /** Set once the app has loaded: what is registered later would never be triggered, so it throws. */
  locked: boolean;
}

class Disposable {
  readonly #dispose: () => unknown;
  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }
  static from(...items: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }
  dispose(): unknown {
    return this.#dispose();
  }
}

/**
 * Supplies `@azure/functions-core`, the module that the Node worker of Azure Functions builds in, to every
 * `require` of this process, and returns what the app registers through it. Call it once, before the app
 * loads: the library looks the module up once and remembers a failure.
 */
export function installCore(log: Log): AppRegistry {
  const registry: AppRegistry = {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
    hookData: {},
    locked: false,
  };
  const core = {
    version: "3.11.0",
    hostVersion: "4.1040.0",
    Disposable,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
      if (registry.locked) throw new Error("A function can only be registered during app startup.");
      const key = metadata.name.toLowerCase();
      if (registry.functions.has(key)) {
        throw new Error(`A function with name "${metadata.name}" has already been registered.`);
      }
      registry.functions.set(key, { metadata, callback });
      return new Disposable(() => {
        if (registry.locked) throw new Error("A function can only be disposed during app startup.");
        registry.functions.delete(key);
      });
    },
    registerHook(name: string, hook: Hook): Disposable {
      const hooks = registry.hooks[name as HookName];
      if (hooks === undefined) throw new RangeError(`Unrecognized hook "${name}"`);
      hooks.push(hook);
      return new Disposable(() => {
        const index = hooks.indexOf(hook);
        if (index >= 0) hooks.splice(index, 1);
      });
    },
    setProgrammingModel(model: ProgrammingModel): void {
      if (registry.locked) throw new Error("Setup options can't be changed after app startup has finished.");
      registry.model = model;
    },
    getProgrammingModel: () => registry.model,
    log(level: LogLevel, category: LogCategory, message: string): void {
      log(level, category === "user" ? "app" : "library", message);
    },
  };
  const prototype = Module.prototype as unknown as { require: (this: unknown, id: string) => unknown };
  const original = prototype.require;
  prototype.require = function requireWithCore(this: unknown, id: string): unknown {
    return id === "@azure/functions-core" ? core : original.call(this, id);
  };
  return registry;
}
