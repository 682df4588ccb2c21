import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * When a connection is cut: `before` the server hears of the COMMIT, `after` it answered to it but before anybody
 * hears the answer, or after so many bytes from the client on.
 */
export type Cut = "before" | "after" | number;

/** A proxy in front of a MySQL server. */
export interface Proxy {
  /** The server's address through it. */
  readonly url: string;
  /** Cuts the connection that comes to this point next, once. */
  cutAt(cut: Cut): void;
  /** Whether that happened. */
  readonly hasCut: boolean;
}

/** Starts a proxy in front of the server of a `mysql:` URL; it ends with the test. */
export async function proxyOf(server: string): Promise<Proxy> {
  const target = new URL(server);
  const sockets = new Set<Socket>();
  let cut: Cut | undefined;
  const proxy = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname);
    const sever = (): void => {
      cut = undefined;
      client.destroy();
      upstream.destroy();
    };
    let answerIsLost = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true).on("error", () => socket.destroy());
      socket.on("close", () => (socket === client ? upstream : client).destroy());
    }
    client.on("data", (bytes: Buffer) => {
      // A command's packet has a header of four bytes and one for its kind.
      const isCommit = bytes.toString("latin1", 5) === "COMMIT";
      if (typeof cut === "number") {
        if (bytes.length > cut) {
          upstream.write(bytes.subarray(0, cut), sever);
          return;
        }
        cut -= bytes.length;
      }
      if (isCommit && cut === "before") sever();
      else {
        answerIsLost = isCommit && cut === "after";
        upstream.write(bytes);
      }
    });
    upstream.on("data", (bytes: Buffer) => {
      if (answerIsLost) sever();
      else client.write(bytes);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const own = new URL(server);
  own.hostname = "127.0.0.1";
  own.port = String((proxy.address() as AddressInfo).port);
  return {
    url: own.href,
    cutAt(next) {
      cut = next;
    },
    get hasCut() {
      return cut === undefined;
    },
  };
}
