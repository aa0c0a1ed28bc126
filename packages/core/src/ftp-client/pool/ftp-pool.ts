/**
 * Many sessions to one server: grown on demand, shrunk where the server refuses more, each handed to one operation at a
 * time.
 *
 * It never dead-locks: nothing of the pool's own needs two sessions at once, and where operations that have sessions all
 * wait for another one, inside themselves, the last to ask is refused.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";
import { BandwidthLimit, bandwidthLimits, type Bandwidth } from "../../net/index.ts";
import type { FtpClient } from "../client.ts";
import { ClientClosedError } from "../errors.ts";
import type { FtpClientOptions } from "../options.ts";
import { withRetries, type RetryPolicy } from "../retry/retry.ts";
import { downloadSegmented } from "../segments/segmented-download.ts";
import type { SegmentedOptions, SegmentedResult } from "../segments/segmented-options.ts";
import type { DownloadOptions, OperationOptions, TransferResult, UploadOptions } from "../transfer-options.ts";
import { HeldFiles } from "../storage/open-files.ts";
import { checkOptions } from "../../options/index.ts";
import { clientTable, poolTable } from "../client-option-table.ts";
import { downloadTreeTable, removeTreeTable, uploadTreeTable } from "../trees/tree-option-tables.ts";
import { downloadTree } from "../trees/download-tree.ts";
import { ensureDirectory } from "../trees/ensure-directory.ts";
import { removeTree } from "../trees/remove-tree.ts";
import type { RemoveTreeOptions, TreeOptions, TreeResult } from "../trees/tree-options.ts";
import { poolServer } from "../trees/tree-server.ts";
import { uploadTree } from "../trees/upload-tree.ts";
import { isCrowded } from "./crowded.ts";
import { openSession, type PooledSession } from "./pooled-session.ts";
import { PoolUse } from "./pool-use.ts";
import { abortedWait, SessionQueue } from "./session-queue.ts";
import { DownloadAttempts, LastAttemptError, UploadAttempts } from "./transfers.ts";

/** Options of `FtpPool`. */
export interface FtpPoolOptions {
  /** Sessions at once at most. Default 4. */
  readonly limit?: number;
  /** Milliseconds that a session is kept that nobody uses. Default 30,000. */
  readonly idleTimeout?: number;
  /** Milliseconds after the server refused one session more, before the pool tries again to have more. Default 60,000. */
  readonly growAfter?: number;
  /** How operations are tried again. Default: see `RetryPolicy`. */
  readonly retry?: RetryPolicy;
  /**
   * What all sessions may move together. What is given with the target holds for each session by itself, and a limit may
   * serve several pools. Default: no limit.
   */
  readonly bandwidth?: Bandwidth;
  /** Told of each session that begins, before it is used. */
  readonly onSession?: (client: FtpClient) => void;
}

/** Options of an operation in a pool. */
export interface PooledOptions extends OperationOptions {
  /** How it is tried again, each time in a session that works. Default: the pool's policy. */
  readonly retry?: RetryPolicy;
  /**
   * Whether the operation may use the pool again inside itself. Default true. Where it does not, `false` spares the runtime
   * to follow what runs inside what, which makes every promise of the process dearer (AsyncLocalStorage in Node 20).
   */
  readonly nests?: boolean;
}

/** What is done with a session. It is told which retry it is, 0 for the first attempt, and why the one before failed. */
export type PooledOperation<T> = (client: FtpClient, retry: number, before: unknown) => Promise<T>;

const defaultLimit = 4;
const defaultIdleTimeout = 30_000;
const defaultGrowAfter = 60_000;

/** What sessions are made from: without the pool's own options, which a client does not know. */
function sessionOptions(options: FtpClientOptions & FtpPoolOptions): FtpClientOptions {
  const given: Record<string, unknown> = { ...options };
  for (const name of ["limit", "idleTimeout", "growAfter", "retry", "onSession"] satisfies (keyof FtpPoolOptions)[])
    Reflect.deleteProperty(given, name);
  return given;
}

/** Sessions to one server. */
export class FtpPool {
  /** The files that storages by this pool have open; theirs to know. */
  readonly held: HeldFiles = new HeldFiles();
  readonly #target: string | URL | FtpClientOptions;
  readonly #clientOptions: FtpClientOptions;
  readonly #options: FtpPoolOptions;
  readonly #most: number;
  readonly #growAfter: number;
  readonly #idle: PooledSession[] = [];
  readonly #busy = new Set<PooledSession>();
  readonly #waiters = new SessionQueue();
  readonly #closing = new AbortController();
  /** The use whose operation's code runs. */
  readonly #inside = new AsyncLocalStorage<PoolUse>();
  /** Ends waits between attempts. */
  readonly #running = new Set<AbortController>();
  #opening = 0;
  /** Sessions that rested too long, and say QUIT. */
  #leaving = 0;
  #allowed: number;
  #growAt = 0;
  #home: string | undefined;
  readonly #settled: (() => void)[] = [];

  /**
   * Nothing is connected before the first operation.
   *
   * @param target - As for `FtpClient.connect`.
   * @param options - The sessions' options, and the pool's.
   * @throws RangeError for a limit that is no whole number of 1 or more, or a bandwidth that is none.
   */
  constructor(target: string | URL | FtpClientOptions, options: FtpClientOptions & FtpPoolOptions = {}) {
    if (typeof target !== "string" && !(target instanceof URL)) checkOptions(target, clientTable);
    checkOptions(options, poolTable);
    const { limit = defaultLimit, growAfter = defaultGrowAfter } = options;
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError("limit must be a whole number of 1 or more");
    this.#target = target;
    this.#clientOptions = { ...sessionOptions(options), bandwidth: sessionBandwidth(target, options) };
    this.#options = options;
    this.#most = limit;
    this.#allowed = limit;
    this.#growAfter = growAfter;
    // Each session that is opened listens.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Sessions that the pool has, or is about to have. */
  get size(): number {
    return this.#idle.length + this.#busy.size + this.#opening + this.#leaving;
  }

  /** Sessions that it may have now: fewer than the limit after the server refused one. */
  get limit(): number {
    return this.#allowed;
  }

  /** Operations that wait for a session. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /**
   * Runs an operation with a session of its own, which it has until it settles. The session's working directory is that of
   * the login; one that is left elsewhere is taken back.
   *
   * @param operation - Run anew, with a session that works, as the policy says: what it did before must bear that.
   * @throws What it throws; what connecting throws where no session can be had; ClientClosedError when the pool is closed;
   * ClientBusyError where it is called inside another operation, and all sessions are those of operations that wait so.
   */
  async use<T>(operation: PooledOperation<T>, options: PooledOptions = {}): Promise<T> {
    const { retry = this.#options.retry, signal } = options;
    let ending: AbortController | undefined;
    const abort = (): void => ending?.abort(abortedWait(signal?.reason));
    // The pool's end ends waits between attempts too; most operations need no second one.
    const betweenAttempts = (): AbortSignal => {
      ending ??= this.#end(signal, abort);
      return ending.signal;
    };
    try {
      return await withRetries((...attempt) => this.#attempt(operation, attempt, options), retry, betweenAttempts);
    } finally {
      if (ending !== undefined) this.#running.delete(ending);
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Downloads a file to a path of this machine. An attempt after the first goes on where the one before stopped, and what
   * came is then compared by its hash too, where the server has one. Into a pipe or a device nothing is tried again once it
   * has some of the file.
   */
  download(path: string, to: string, options: DownloadOptions & PooledOptions = {}): Promise<TransferResult> {
    const bandwidth = bandwidthLimits(options.bandwidth);
    const attempts = new DownloadAttempts(path, to, { ...options, bandwidth });
    const done = this.use((client, _retry, before) => attempts.run(client, before), { ...options, nests: false });
    return done.catch((error: unknown) => {
      throw error instanceof LastAttemptError ? error.cause : error;
    });
  }

  /** Uploads a file of this machine, or bytes; as `download`. */
  upload(
    from: string | Uint8Array,
    path: string,
    options: UploadOptions & PooledOptions = {},
  ): Promise<TransferResult> {
    const bandwidth = bandwidthLimits(options.bandwidth);
    const attempts = new UploadAttempts(from, path, { ...options, bandwidth });
    return this.use((client, _retry, before) => attempts.run(client, before), { ...options, nests: false });
  }

  /**
   * Downloads a folder and all below it, as many files at once as there may be sessions. Names of the server never lead out
   * of the local folder.
   */
  async downloadTree(path: string, to: string, options: TreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, downloadTreeTable);
    return downloadTree(poolServer(this), path, to, options);
  }

  /** Uploads a folder and all below it; as `downloadTree`. */
  async uploadTree(from: string, path: string, options: TreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, uploadTreeTable);
    return uploadTree(poolServer(this), from, path, options);
  }

  /** Removes a folder and all that is in it, several files at once. Links are removed, not followed. */
  async removeTree(path: string, options: RemoveTreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, removeTreeTable);
    return removeTree(poolServer(this), path, options);
  }

  /** Makes sure that a folder is there, and those above it. */
  ensureDirectory(path: string, options: OperationOptions = {}): Promise<void> {
    return ensureDirectory(poolServer(this), path, options);
  }

  /**
   * Downloads one large file over several sessions, and goes on with what an earlier one left, even one that was killed:
   * as far as the server's file is still the same, by size and time. Without REST or SIZE, or for small files: as `download`.
   *
   * @throws As `download`; FtpTransferError `changed` when the server's file becomes another one meanwhile; RangeError.
   */
  downloadSegmented(path: string, to: string, options: SegmentedOptions = {}): Promise<SegmentedResult> {
    const { retry = this.#options.retry } = options;
    return downloadSegmented(this, path, to, { ...options, ...(retry === undefined ? {} : { retry }) });
  }

  /**
   * Ends the pool: who waits is rejected, operations under way are waited for, sessions say QUIT. Called inside one of its
   * operations it waits for none of them.
   */
  async close(): Promise<void> {
    if (!this.#isClosed()) {
      const error = new ClientClosedError("Using the pool", "it is closed");
      this.#closing.abort(error);
      this.#waiters.rejectAll(error);
      for (const ending of this.#running) ending.abort(error);
      for (const session of this.#idle.splice(0)) void this.#leave(session);
    }
    if (this.#inside.getStore()?.isWithin === true || this.size === 0) return;
    await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  /** Disposes of the pool as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** What fires when the caller gives up, or the pool is closed. */
  #end(signal: AbortSignal | undefined, abort: () => void): AbortController {
    const ending = new AbortController();
    this.#running.add(ending);
    if (this.#isClosed()) ending.abort(this.#closing.signal.reason);
    else if (signal?.aborted === true) ending.abort(abortedWait(signal.reason));
    else signal?.addEventListener("abort", abort, { once: true });
    return ending;
  }

  async #attempt<T>(
    operation: PooledOperation<T>,
    attempt: readonly [retry: number, before: unknown],
    { signal, nests = true }: PooledOptions,
  ): Promise<T> {
    const session = await this.#acquire(signal);
    const use = nests ? new PoolUse(session, this.#inside.getStore()) : undefined;
    try {
      const run = (): Promise<T> => operation(session.client, ...attempt);
      return await (use === undefined ? run() : this.#inside.run(use, run));
    } finally {
      use?.end();
      await this.#release(session);
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<PooledSession> {
    this.#closing.signal.throwIfAborted();
    if (signal?.aborted === true) throw abortedWait(signal.reason);
    this.#growAgain();
    if (this.#waiters.length === 0) {
      const session = this.#takeIdle();
      if (session !== undefined) return session;
    }
    const waiting = this.#waiters.wait(this.#inside.getStore(), signal);
    this.#grow();
    this.#breakDeadlock();
    return waiting;
  }

  #breakDeadlock(): void {
    if (this.#opening + this.#leaving > 0 || this.size < this.#allowed || this.#idle.length > 0) return;
    this.#waiters.breakDeadlock(this.#busy);
  }

  /** Opens sessions for those who wait, as far as they are allowed. */
  #grow(): void {
    while (this.#opening < this.#waiters.length && this.size < this.#allowed) void this.#open();
  }

  /** After a refusal the pool keeps to what it has for a while, and then tries one more. */
  #growAgain(): void {
    if (this.#allowed >= this.#most || performance.now() < this.#growAt) return;
    this.#allowed++;
    this.#growAt = performance.now() + this.#growAfter;
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    this.#opening++;
    let opened: PooledSession | undefined;
    let failure: unknown;
    try {
      opened = await openSession(this.#target, {
        options: this.#clientOptions,
        home: this.#home,
        onSession: this.#options.onSession,
        closing: this.#closing.signal,
      });
      this.#home ??= opened.home;
    } catch (cause) {
      failure = cause;
    }
    this.#opening--;
    if (opened !== undefined) {
      this.#busy.add(opened);
      await this.#release(opened);
    } else {
      this.#refused(failure);
      this.#settleIfDone();
    }
  }

  /** No session more. With others at work that is the server's limit; with none it is what those who wait are told. */
  #refused(cause: unknown): void {
    if (this.size > 0 && isCrowded(cause)) {
      this.#allowed = this.size;
      this.#growAt = performance.now() + this.#growAfter;
      this.#breakDeadlock();
      return;
    }
    this.#allowed = this.#most;
    this.#waiters.rejectAll(cause);
  }

  /** The session goes to whoever waited longest, or rests; one that cannot be used any more makes room for another. */
  async #release(session: PooledSession): Promise<void> {
    const usable = !this.#isClosed() && (await session.tidy());
    if (!usable || this.#isClosed()) {
      await session.close();
      this.#busy.delete(session);
      this.#grow();
      this.#settleIfDone();
      return;
    }
    this.#busy.delete(session);
    this.#growAgain();
    if (this.#waiters.serve(session)) {
      this.#busy.add(session);
      this.#grow();
      return;
    }
    this.#idle.push(session);
    session.rest(this.#options.idleTimeout ?? defaultIdleTimeout, () => {
      const index = this.#idle.indexOf(session);
      if (index === -1) return;
      // Nobody is handed a session that is about to say QUIT.
      this.#idle.splice(index, 1);
      void this.#leave(session);
    });
  }

  /** Ends a session that rests. It counts until it is gone: the server may have no room for another before. */
  async #leave(session: PooledSession): Promise<void> {
    this.#leaving++;
    await session.close();
    this.#leaving--;
    this.#grow();
    this.#settleIfDone();
  }

  /** The session that rested last: the others may go. */
  #takeIdle(): PooledSession | undefined {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      session.wake();
      if (session.client.closed) continue;
      this.#busy.add(session);
      return session;
    }
    return undefined;
  }

  #settleIfDone(): void {
    if (this.#isClosed() && this.size === 0) for (const resolve of this.#settled.splice(0)) resolve();
  }
}

/** A limit of the pool is one object for all sessions; a number beside the target becomes one for each. */
function sessionBandwidth(target: string | URL | FtpClientOptions, options: FtpPoolOptions): Bandwidth {
  const own = typeof target === "string" || target instanceof URL ? undefined : target.bandwidth;
  const each = own === undefined ? [] : typeof own === "number" || own instanceof BandwidthLimit ? [own] : own;
  return [...each, ...bandwidthLimits(options.bandwidth)];
}
