// What passes between a host and the Node worker of Azure Functions, as far as this host uses it.
// Source: types-core/index.d.ts of https://github.com/Azure/azure-functions-nodejs-library.

/** One value on its way into or out of a function; exactly one member is set. */
export interface TypedData {
  /** Text, which the library parses as JSON where it can: `"42"` reaches the function as a number. */
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpData;
  collectionString?: { string: string[] };
  collectionBytes?: { bytes: Uint8Array[] };
}

/** A string that may be absent, wrapped as protobuf wraps it. */
export interface Nullable<T> {
  value?: T;
}

/** A request on its way in, or a response on its way out. */
export interface HttpData {
  url?: string;
  method?: string;
  nullableHeaders?: Record<string, Nullable<string>>;
  nullableQuery?: Record<string, Nullable<string>>;
  nullableParams?: Record<string, Nullable<string>>;
  body?: TypedData | null;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: HttpCookie[];
}

/** A cookie as the library hands it over. `expires` is in whole seconds since 1970. */
export interface HttpCookie {
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<{ seconds: number }>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  sameSite?: "none" | "lax" | "strict" | "explicitNone";
  maxAge?: Nullable<number>;
}

/** A trigger, input or output of a function: `type` and `direction`, and whatever its kind needs besides. */
export interface Binding {
  type: string;
  direction: "in" | "out" | "inout";
  dataType?: "undefined" | "string" | "binary" | "stream";
  [option: string]: unknown;
}

/** What a function registers itself with. */
export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
}

/** One call of a function, as the host asks for it. */
export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata?: Record<string, TypedData>;
  traceContext?: { traceParent?: string; traceState?: string };
}

/** What the function gave back. */
export interface InvocationResponse {
  invocationId?: string;
  returnValue?: TypedData | null;
  outputData?: { name: string; data: TypedData }[];
}

/** The worker's log levels, lowest first. */
export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";

/** Who wrote a log line: the user's code or the library. */
export type LogCategory = "user" | "system" | "customMetric";

/** What the library gets for one invocation. */
export interface CoreInvocationContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state?: "preInvocationHooks" | "postInvocationHooks" | "invocation" | undefined;
  log(level: LogLevel, category: LogCategory, message: string): void;
}

/** A function's handler, with the trigger's input first and the context last. */
export type FunctionCallback = (...args: unknown[]) => unknown;

/** The library's part in one invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** What `@azure/functions` registers with `setProgrammingModel`. */
export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    defaults: Record<string, string>,
  ): Record<string, string> | Promise<Record<string, string>>;
}
