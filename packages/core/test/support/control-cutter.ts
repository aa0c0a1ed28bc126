/** A way to a server's control connections, on which they can be broken. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Starts one, ended with the test. @returns Its port, and what resets all connections that go through it. */
export async function startCutter(to: number): Promise<{ port: number; cut: () => void }> {
  const open = new Set<Socket>();
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  const relay = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => undefined).on("close", () => open.delete(socket));
    }
    // Where the server is gone, so is the way to it.
    far.on("close", () => near.destroy());
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(relay, "listening");
  onTestFinished(() => {
    cut();
    relay.close();
  });
  const address = relay.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, cut };
}
