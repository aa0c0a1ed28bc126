/** A control connection that says yes to everything, and counts what it was told. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** A server of the test. */
export interface CountingServer {
  readonly port: number;
  /** How often each verb came, and on how many connections. */
  readonly counts: ReadonlyMap<string, number>;
  readonly connections: () => number;
  stop(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startCountingServer(): Promise<CountingServer> {
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => undefined));
    socket.write("220-Good day,\r\n 220 to you\r\n220 all.\r\n");
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
        const verb = text.slice(0, end).split(" ")[0] ?? "";
        text = text.slice(end + 2);
        counts.set(verb, (counts.get(verb) ?? 0) + 1);
        // In two pieces, so that a reply is cut in its middle.
        socket.write(verb === "USER" ? "33" : "20");
        setImmediate(() => socket.write(verb === "USER" ? "1 More\r\n" : "0 Well\r\n"));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
