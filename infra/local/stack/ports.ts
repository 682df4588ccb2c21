import { existsSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";

// Below the range from which systems take the ports of outgoing connections, so that a port stays ours while
// its process restarts.
const lowest = 20_000;
const highest = 32_000;

/** The HTTP port that was asked for is in use. */
export class PortTakenError extends Error {
  override name = "PortTakenError";
  constructor(port: number) {
    super(`port ${port} is taken by another program; choose another one with --port`);
  }
}

/** Whether the port can be listened on now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * A port for each name: the one remembered in the file if it is free, else another free one; all are
 * remembered, so that connection strings stay the same over restarts.
 */
export async function rememberedPorts(file: string, names: string[]): Promise<Record<string, number>> {
  const remembered = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>)
    : {};
  const ports: Record<string, number> = {};
  for (const name of names) {
    let port = remembered[name];
    while (port === undefined || Object.values(ports).includes(port) || !(await isFree(port))) {
      port = lowest + Math.floor(Math.random() * (highest - lowest));
    }
    ports[name] = port;
  }
  writeFileSync(file, JSON.stringify({ ...remembered, ...ports }));
  return ports;
}
