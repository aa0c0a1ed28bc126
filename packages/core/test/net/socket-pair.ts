/** Two ends of one connection, for tests of what happens on it. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Connects; both ends are closed with the test. @returns The end that dialled, and the one that was accepted, paused. */
export async function pair(): Promise<readonly [dialled: Socket, accepted: Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection");
  const { port } = server.address() as AddressInfo;
  const ours = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [[theirs]] = (await Promise.all([accepted, once(ours, "connect")])) as [[Socket], unknown];
  theirs.on("error", () => undefined);
  ours.on("error", () => undefined);
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return [ours, theirs];
}
