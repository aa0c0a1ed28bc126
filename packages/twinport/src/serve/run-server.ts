/** A server for the length of this process: started, told, and ended by a signal. */
import type { FtpServer, ListenerAddress } from "@twinport/core/ftp-server";

/** Milliseconds in which running transfers may finish after the first signal. */
export const drainTime = 5_000;

/** Starts a server, and resolves once a signal has ended it. A second signal ends it at once. */
export async function runServer(
  server: FtpServer,
  started: (addresses: readonly ListenerAddress[]) => void,
): Promise<void> {
  await server.start();
  started(server.addresses);
  await new Promise<void>((resolve, reject) => {
    let signals = 0;
    const end = (): void => {
      signals++;
      if (signals > 1) process.exit(130);
      server.stop({ drainFor: drainTime }).then(resolve, reject);
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}

/** An address as it stands in a URL. */
export function urlAddress({ address, port }: ListenerAddress): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
