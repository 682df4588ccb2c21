import { PermanentError } from "./permanent-error.ts";

/** A file that cannot be loaded as it is: the message says what is wrong, where, and what to do. */
export class FileFaultError extends PermanentError {}
