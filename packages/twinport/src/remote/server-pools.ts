/** The sessions of a command: a pool for each server that it names. */
import {
  BandwidthLimit,
  FtpPool,
  isRetryable,
  type FtpClientOptions,
  type FtpUrl,
  type RetryPolicy,
} from "@twinport/core/ftp-client";
import { explain, printable } from "../exit-codes.ts";
import { clientOptions, withInterrupt, type RemoteOptions } from "./session.ts";
import { defaultTransfers, type TransferFlags } from "./transfer-flags.ts";

/** Writes a line for people, or the event for programs. */
export type Note = (text: string, event?: Readonly<Record<string, unknown>>) => void;

/** Pools of sessions. */
export class ServerPools {
  readonly #options: RemoteOptions & TransferFlags;
  readonly #signal: AbortSignal;
  readonly #note: Note;
  readonly #pools = new Map<string, Promise<FtpPool>>();
  readonly #warned = new Set<string>();
  /** One for all servers. */
  readonly #bandwidth: BandwidthLimit | undefined;

  constructor(options: RemoteOptions & TransferFlags, signal: AbortSignal, note: Note) {
    this.#options = options;
    this.#signal = signal;
    this.#note = note;
    const { bwlimit } = options;
    this.#bandwidth = bwlimit === undefined ? undefined : new BandwidthLimit(bwlimit);
  }

  /** The pool of a URL's server and user. */
  of(url: FtpUrl): Promise<FtpPool> {
    const key = JSON.stringify([url.tls, url.host, url.port, url.user, url.password]);
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = this.#open(url);
      this.#pools.set(key, pool);
    }
    return pool;
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    const pools = await Promise.allSettled(this.#pools.values());
    await Promise.all(pools.map(async (pool) => (pool.status === "fulfilled" ? pool.value.close() : undefined)));
  }

  async #open(url: FtpUrl): Promise<FtpPool> {
    const target: FtpClientOptions = await clientOptions(url, this.#options, this.#signal);
    let reached = false;
    return new FtpPool(target, {
      limit: this.#options.transfers ?? defaultTransfers,
      // Who waits for what this command does not do any more would wait for nothing.
      signal: this.#signal,
      ...(this.#bandwidth === undefined ? {} : { bandwidth: this.#bandwidth }),
      retry: retryPolicy(this.#options, () => reached, this.#note),
      onSession: (client) => {
        reached = true;
        client.on("warning", ({ message }) => this.#warn(message));
      },
    });
  }

  /** What several sessions say is told once. */
  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#note(`twinport: ${printable(message)}`, { event: "warning", message });
  }
}

/** As the flags say. Without them a server that cannot be reached at all is told at once, as nobody waits for a typing error. */
export function retryPolicy(flags: TransferFlags, reached: () => boolean, note: Note): RetryPolicy {
  const { retries = 3, retryDelay } = flags;
  return {
    retries,
    ...(retryDelay === undefined ? {} : { delay: retryDelay }),
    retryable: (error) => isRetryable(error) && (reached() || flags.retries !== undefined),
    onRetry: ({ retry, delay, error }) => {
      const message = error instanceof Error ? error.message : String(error);
      const [first = ""] = explain(error).split("\n");
      note(`${first}; again in ${(delay / 1000).toFixed(1)} s (${retry} of ${retries})`, {
        event: "retry",
        retry,
        delay: Math.round(delay),
        error: message,
      });
    },
  };
}

/** Runs with pools, and ends their sessions. Ctrl-C aborts. */
export function withPools<T>(
  options: RemoteOptions & TransferFlags,
  note: Note,
  run: (pools: ServerPools, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withInterrupt(async (signal) => {
    const pools = new ServerPools(options, signal, note);
    try {
      return await run(pools, signal);
    } finally {
      await pools.close();
    }
  });
}
