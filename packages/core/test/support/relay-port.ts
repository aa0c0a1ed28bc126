/** A port that leads to another one, for relays that do something to what passes. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** How a port is opened. */
export interface RelayPortOptions {
  /** Whether it serves one connection, as a data port does. */
  readonly once: boolean;
  /** Where it is kept while it listens. */
  readonly listeners: Set<Server>;
  /** @param near - Whoever connected. @param far - The connection to where the port leads. */
  readonly join: (near: Socket, far: Socket) => void;
}

/** Opens a free port of loopback. @param to - The port that it leads to. @returns Its number. */
export async function openRelayPort(to: number, options: RelayPortOptions): Promise<number> {
  const { listeners, join } = options;
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    if (options.once) listener.close();
    join(near, connect({ port: to, host: "127.0.0.1", allowHalfOpen: true, noDelay: true }));
  });
  listeners.add(listener);
  listener.on("close", () => listeners.delete(listener));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
