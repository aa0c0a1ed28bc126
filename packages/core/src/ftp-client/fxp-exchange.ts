/**
 * RETR on one server and STOR on the other, once each knows where the data connection is: their replies in whatever order
 * they come, and the end of both when one fails.
 */
import type { ReceivedReply } from "../protocol/index.ts";
import type { ControlConnection } from "./control-connection.ts";
import { ClientClosedError, FtpReplyError, FtpTimeoutError, FtpTransferError } from "./errors.ts";
import type { ServerPair } from "./fxp-plans.ts";
import { resynchronise } from "./resynchronise.ts";

/** Milliseconds in which RETR may be refused before STOR is sent, which may well empty a file. */
const headStart = 3_000;
/** The same where the file is known to be there: servers that listen say nothing before the other has connected. */
const shortHeadStart = 250;
/** Milliseconds in which the other server may tell of a failure too, before its transfer is aborted. */
const otherReply = 500;
/** Milliseconds by which the receiving server's ABOR is ahead: the end of the data is to it the end of the file. */
const abortLead = 200;
/** Milliseconds that a transfer may take unless told otherwise. */
export const longestExchange: number = 24 * 3_600_000;

/** Replies that tell that no data connection was made: another way of making it may do. */
const notConnected: ReadonlySet<number> = new Set([425, 431, 521, 522, 534]);

/** What is to be exchanged. */
export interface Exchange {
  readonly pair: ServerPair;
  readonly fromPath: string;
  readonly toPath: string;
  readonly offset: number;
  /** STOR, or APPE where the server has no REST for streams. */
  readonly storeVerb: "STOR" | "APPE";
  /** Whether the file is known to be there. */
  readonly isThere: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly tried: string;
}

/** No data connection came about between the servers; `cause` tells more. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/**
 * Runs both transfers to their ends.
 *
 * @throws NotConnected; FtpReplyError, FtpTransferError, FtpTimeoutError when it failed or was aborted: both control
 * connections are in step again then, or closed.
 */
export async function exchange(what: Exchange): Promise<void> {
  const { pair, fromPath, toPath, offset, storeVerb, signal, tried } = what;
  const stop = new AbortController();
  const halt = (): void => stop.abort();
  signal?.addEventListener("abort", halt, { once: true });
  if (signal?.aborted === true) halt();
  const end = setTimeout(halt, what.timeout);
  const source = new EndOfTransfer(pair.from.control, "RETR", stop.signal);
  const target = new EndOfTransfer(pair.to.control, storeVerb, stop.signal);
  const limits: NodeJS.Timeout[] = [];
  try {
    if (offset > 0) await restart(pair.from.control, offset, tried);
    source.begin(fromPath);
    await source.startedWithin(what.isThere ? shortHeadStart : headStart);
    if (!source.failed && !stop.signal.aborted) {
      if (offset > 0 && storeVerb === "STOR") await restart(pair.to.control, offset, tried);
      target.begin(toPath);
    }
    for (const each of [source, target]) {
      void each.done.then(() => limits.push(setTimeout(halt, each.failed ? otherReply : restOf(what))));
    }
    await Promise.all([source.done, target.done]);
  } catch (error) {
    halt();
    await Promise.all([source.done, target.done]);
    throw error;
  } finally {
    clearTimeout(end);
    for (const limit of limits) clearTimeout(limit);
    signal?.removeEventListener("abort", halt);
    await abortTogether(source, target);
  }
  judge(source, target, what);
}

/** Milliseconds for the second completion after a good first one: the data has moved by then. */
function restOf({ pair }: Exchange): number {
  return Math.max(pair.from.options.replyTimeout, pair.to.options.stallTimeout);
}

async function restart(control: ControlConnection, offset: number, tried: string): Promise<void> {
  const reply = await control.command("REST", String(offset));
  if (reply.code >= 400 || reply.code < 300) throw new FtpReplyError(tried, reply, "REST");
}

/** What waits still is ended, the receiving server first. */
async function abortTogether(source: EndOfTransfer, target: EndOfTransfer): Promise<void> {
  const aborted = target.abort();
  if (target.aborting && source.pending) {
    await Promise.race([aborted, new Promise((resolve) => setTimeout(resolve, abortLead))]);
  }
  await Promise.all([aborted, source.abort()]);
}

/** @throws what the outcome means, unless it is good. */
function judge(source: EndOfTransfer, target: EndOfTransfer, { signal, tried, timeout }: Exchange): void {
  if (source.succeeded && target.succeeded) return;
  if (signal?.aborted === true) {
    throw new FtpTransferError("aborted", tried, "it was aborted", { cause: signal.reason });
  }
  const errors = [source, target].flatMap((each) => each.error(tried) ?? []);
  const refusals = errors.filter((error) => error instanceof FtpReplyError);
  const unconnected = refusals.find(({ code }) => notConnected.has(code));
  if (unconnected !== undefined) throw new NotConnected(unconnected);
  // That the connection broke says less than why the other server broke it.
  const why = refusals.find(({ code }) => code !== 426) ?? errors[0];
  if (why !== undefined) throw why;
  throw new FtpTimeoutError("stall", tried, `a server did not end its transfer in time (${timeout} ms at most)`);
}

/** One server's end of the transfer: replies up to the completion, until told to stop. */
class EndOfTransfer {
  /** Fulfilled when its completion is there, its connection lost, or it was stopped; at once unless it was begun. */
  done: Promise<void> = Promise.resolve();
  aborting = false;
  readonly #control: ControlConnection;
  readonly #verb: string;
  readonly #stop: AbortSignal;
  #begun = false;
  #completion: ReceivedReply | undefined;
  #lost: Error | undefined;
  #started: () => void = () => undefined;

  constructor(control: ControlConnection, verb: string, stop: AbortSignal) {
    this.#control = control;
    this.#verb = verb;
    this.#stop = stop;
  }

  get succeeded(): boolean {
    return this.#completion !== undefined && this.#completion.code < 300;
  }

  get failed(): boolean {
    return this.#lost !== undefined || (this.#completion !== undefined && !this.succeeded);
  }

  /** Whether the server has yet to end it. */
  get pending(): boolean {
    return this.#begun && this.#completion === undefined && !this.#control.closed;
  }

  begin(path: string): void {
    this.#control.send(this.#verb, path);
    this.#control.expect(this.#verb);
    this.#begun = true;
    this.done = this.#read();
  }

  /** Waits for the first reply. @param limit - Milliseconds. */
  async startedWithin(limit: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const started = new Promise<void>((resolve) => {
      this.#started = resolve;
      timer = setTimeout(resolve, limit);
    });
    await Promise.race([started, this.done]);
    clearTimeout(timer);
  }

  async #read(): Promise<void> {
    try {
      while (!this.#stop.aborted) {
        const reply = await this.#control.replyWithin(longestExchange, this.#stop);
        if (reply === undefined) break;
        this.#started();
        if (reply.code < 200) continue;
        this.#completion = reply;
        return;
      }
      if (this.#control.closed) throw this.#control.cause ?? new ClientClosedError(this.#verb, "the client is closed");
    } catch (error) {
      this.#lost = error instanceof Error ? error : new Error(String(error));
    }
  }

  async abort(): Promise<void> {
    if (!this.pending) return;
    this.aborting = true;
    await resynchronise(this.#control, true);
  }

  /** Why it failed, by the server's words; undefined when it did not, or was stopped. */
  error(tried: string): Error | undefined {
    if (this.#lost !== undefined) return this.#lost;
    if (this.#completion === undefined || this.succeeded) return undefined;
    return new FtpReplyError(tried, this.#completion, this.#verb);
  }
}
