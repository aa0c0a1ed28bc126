/** A server for the length of this process: started, told, and ended by a signal. */

/** Milliseconds in which running transfers may finish after the first signal. */
export const drainTime = 5_000;

/** What runs until a signal: `FtpServer` and `TftpServer`. */
export interface Service {
  start(): Promise<void>;
  stop(options: { readonly drainFor: number }): Promise<void>;
}

/**
 * Starts services, and resolves once a signal has ended them all. A second signal ends them at once.
 *
 * @throws Error of the system when one cannot start; none runs then.
 */
export async function runServices(services: readonly Service[], started: () => void): Promise<void> {
  const stop = (drainFor: number): Promise<unknown> =>
    Promise.all(services.map((service) => service.stop({ drainFor })));
  try {
    for (const service of services) await service.start();
  } catch (error) {
    await stop(0);
    throw error;
  }
  started();
  await new Promise<void>((resolve, reject) => {
    let signals = 0;
    const end = (): void => {
      signals++;
      if (signals > 1) process.exit(130);
      stop(drainTime).then(() => resolve(), reject);
    };
    process.on("SIGINT", end);
    process.on("SIGTERM", end);
  });
}

/** An address as it stands in a URL. */
export function urlAddress({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
