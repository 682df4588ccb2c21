/** What a job in Node gets as `./mysql.mjs` beside its file, bundled when the app is built: it has no packages of its own. */
export { createConnection, createPool, default } from "mysql2/promise";
