/** A server for the length of this process: started, told, and ended by a signal. */
import { isatty } from "node:tty";

/** Milliseconds in which running transfers may finish after the first signal. */
export const drainTime = 5_000;

/** What runs until a signal: `FtpServer` and `TftpServer`. */
export interface Service {
  start(): Promise<void>;
  stop(options: { readonly drainFor: number }): Promise<void>;
}

/** What SIGHUP does. Without it, SIGHUP ends the process as the system has it. */
export interface HangUp {
  /** Reads again what can be read again. Never rejects. */
  readonly reload: () => Promise<void>;
  /** The terminal that the process was started in was closed: nobody reads there any more, and the services end. */
  readonly terminalClosed: () => void;
}

/**
 * Starts services, and resolves once a signal has ended them all: SIGINT, SIGTERM, or the SIGHUP of a terminal that was
 * closed. A second SIGINT or SIGTERM ends them at once.
 *
 * @throws Error of the system when one cannot start; none runs then.
 */
export async function runServices(services: readonly Service[], started: () => void, hangUp?: HangUp): Promise<void> {
  const stop = (drainFor: number): Promise<unknown> =>
    Promise.all(services.map((service) => service.stop({ drainFor })));
  let ended: Promise<unknown> | undefined;
  let whenEnded: (ended: Promise<unknown>) => void = () => undefined;
  const over = new Promise<unknown>((resolve) => {
    whenEnded = resolve;
  });
  const end = (): void => {
    ended ??= stop(drainTime);
    whenEnded(ended);
  };
  let signals = 0;
  const interrupt = (): void => {
    signals++;
    if (signals > 1) process.exit(130);
    end();
  };
  // Before anything starts: whoever is told where it listens may send a signal at once.
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  if (hangUp !== undefined) onHangUp(hangUp, end);
  try {
    for (const service of services) if (ended === undefined) await service.start();
    if (ended === undefined) started();
  } catch (error) {
    // What a signal ended while it started has not failed.
    if (ended === undefined) {
      await stop(0);
      throw error;
    }
  }
  await over;
}

/**
 * Tells the two meanings of SIGHUP apart. A terminal that was closed is none any more by the time its SIGHUP comes. A
 * process that has no terminal at all (a service, nohup, setsid) is told to read its files again; so is one whose
 * terminal is still there.
 */
function onHangUp({ reload, terminalClosed }: HangUp, end: () => void): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  const isClosed = (): boolean =>
    // Windows sends it for a console window that closes, and for nothing else.
    process.platform === "win32" || (terminals.length > 0 && !terminals.some((descriptor) => isatty(descriptor)));
  const reloadOnce = coalesced(reload);
  process.on("SIGHUP", () => {
    if (isClosed()) {
      terminalClosed();
      end();
    } else reloadOnce();
  });
}

/** Work that runs once at a time, and once more where it was asked for meanwhile. */
function coalesced(work: () => Promise<void>): () => void {
  let running: Promise<void> | undefined;
  let again = false;
  const run = (): void => {
    if (running !== undefined) {
      again = true;
      return;
    }
    running = work().then(() => {
      running = undefined;
      if (!again) return;
      again = false;
      run();
    });
  };
  return run;
}

/**
 * Ends this process as SIGHUP does by default. Once its terminal is gone, Node cannot set that back to how it was, and
 * an ordinary exit aborts with a core dump.
 */
export function dieOfHangUp(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}

/** An address as it stands in a URL. */
export function urlAddress({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
