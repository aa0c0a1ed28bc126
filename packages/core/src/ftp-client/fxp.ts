/**
 * Transfers from server to server, of which this machine sees the control connections alone (RFC 959 §2.3, its figure 2):
 * one server listens, the other is told where, RETR here and STOR there.
 *
 * Most servers refuse data connections to third parties (RFC 2577 §3), and rightly so: both must have been set to allow it.
 */
import * as attributes from "./attributes.ts";
import type { ClientContext } from "./client-context.ts";
import type { FtpClient } from "./client.ts";
import { FtpError, FtpTransferError, ServersRefusedError, type ServerToServerAttempt } from "./errors.ts";
import { plainFormat } from "./format-options.ts";
import { exchange, longestExchange, NotConnected, type Exchange } from "./fxp-exchange.ts";
import { arrange, describePlan, fxpPlans, type FxpPlan, type ServerPair } from "./fxp-plans.ts";
import { setFormat } from "./parameters.ts";
import type { OperationOptions } from "./transfer-options.ts";

/** Options of `transferBetween`. */
export interface BetweenOptions extends OperationOptions {
  /** Goes on where the file of the receiving server ends. Default false. */
  readonly resume?: boolean;
  /** Which server listens. Default: `to`, and `from` when one of the two refuses that. */
  readonly passive?: "from" | "to";
  /**
   * Whether data that is private with either server may go in clear between them, where nothing else works. Default false.
   */
  readonly allowClear?: boolean;
  /** Milliseconds that the servers may take; what they move is not seen here. Default a day. */
  readonly timeout?: number;
}

/** What a transfer between servers did. */
export interface BetweenResult {
  /** Octets that moved now, as SIZE tells; undefined where the servers do not tell. */
  readonly bytes: number | undefined;
  /** Octets that were there before. */
  readonly offset: number;
  readonly milliseconds: number;
  /** Which server listened; undefined when nothing was left to move. */
  readonly passive: "from" | "to" | undefined;
  /** By which verb one server became TLS's client; `clear` is without TLS. */
  readonly tls: "sscn" | "cpsv" | "clear";
}

/** Holds a client's queue, and with it its context, for as long as an operation takes. */
export type HeldClient = (
  tried: string,
  operation: (context: ClientContext) => Promise<void>,
  signal: AbortSignal | undefined,
) => Promise<void>;

/**
 * Transfers a file from one server to another, octets as they are stored, by a connection of their own (FXP). Both clients
 * are busy meanwhile: other calls wait. Afterwards both are usable, or say that they are closed.
 *
 * Under TLS neither server knows who the other is: their connection keeps listeners out, and proves no more.
 *
 * @param from - Logged in to the server that has the file.
 * @param to - Logged in to the one that is to have it.
 * @throws ServersRefusedError when they would not make a connection; FtpReplyError; FtpTransferError `aborted`,
 * `size-mismatch` or `cannot-resume`; ClientBusyError; RangeError when both are one client.
 */
export function transferBetween(
  from: FtpClient,
  fromPath: string,
  to: FtpClient,
  toPath: string,
  options: BetweenOptions = {},
): Promise<BetweenResult> {
  return from.transferTo(fromPath, to, toPath, options);
}

/** As `transferBetween`. */
export async function transferHeld(
  { from, to }: { readonly from: HeldClient; readonly to: HeldClient },
  fromPath: string,
  toPath: string,
  options: BetweenOptions,
): Promise<BetweenResult> {
  const tried = `Transferring ${fromPath} to ${toPath} between servers`;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const contextOf = (hold: HeldClient): Promise<ClientContext> =>
    new Promise((resolve, reject) => {
      const operation = (context: ClientContext): Promise<void> => {
        resolve(context);
        return released;
      };
      hold(tried, operation, options.signal).catch(reject);
    });
  try {
    // Both queues are entered in one turn: two transfers that want the same clients cannot each have one of them.
    const [source, target] = await Promise.all([contextOf(from), contextOf(to)]);
    return await transfer({ from: source, to: target }, fromPath, toPath, tried, options);
  } finally {
    release();
  }
}

async function transfer(
  pair: ServerPair,
  fromPath: string,
  toPath: string,
  tried: string,
  options: BetweenOptions,
): Promise<BetweenResult> {
  const begun = Date.now();
  const { from, to } = pair;
  for (const context of [from, to]) {
    // A connection that was kept leads here, not to the other server.
    context.data.dropKept();
    await setFormat(context, plainFormat.format, plainFormat.options);
  }
  const size = await attributes.size(from, fromPath);
  const offset = options.resume === true ? ((await attributes.sizeOrMissing(to, toPath)) ?? 0) : 0;
  if (offset > 0 && size !== undefined && size <= offset) {
    if (size < offset) {
      const message = `the receiving server has ${offset} octets, and the sending one only ${size}`;
      throw new FtpTransferError("cannot-resume", tried, message);
    }
    return { bytes: 0, offset, milliseconds: Date.now() - begun, passive: undefined, tls: "clear" };
  }
  const streams = /STREAM/i.test(to.features.get("REST") ?? "");
  const { signal, timeout = longestExchange } = options;
  const plan = await byAnyPlan(options, {
    pair,
    fromPath,
    toPath,
    offset,
    storeVerb: offset > 0 && !streams ? "APPE" : "STOR",
    isThere: size !== undefined,
    timeout,
    signal,
    tried,
  });
  await checkSize(to, toPath, size, tried);
  const tls = plan.tls === "sscn-active" || plan.tls === "sscn-passive" ? "sscn" : plan.tls;
  const bytes = size === undefined ? undefined : size - offset;
  return { bytes, offset, milliseconds: Date.now() - begun, passive: plan.passive, tls };
}

/** Tries plan after plan, until one is not refused. */
async function byAnyPlan(options: BetweenOptions, what: Exchange): Promise<FxpPlan> {
  const { pair, tried, signal } = what;
  const plans = fxpPlans(pair, options.passive, options.allowClear === true);
  if (plans.length === 0) throw new ServersRefusedError(tried, whyNoPlan(pair), []);
  const attempts: ServerToServerAttempt[] = [];
  for (const plan of plans) {
    if (signal?.aborted === true) {
      throw new FtpTransferError("aborted", tried, "it was aborted", { cause: signal.reason });
    }
    const refusal = await tryPlan(plan, what);
    if (refusal === undefined) return plan;
    attempts.push({ strategy: describePlan(plan), cause: refusal });
  }
  throw new ServersRefusedError(tried, "the servers would not make a data connection", attempts);
}

/** Runs a plan. @returns Why another may do better; undefined when the file is there. */
async function tryPlan(plan: FxpPlan, what: Exchange): Promise<Error | undefined> {
  const { from, to } = what.pair;
  let arranged;
  try {
    arranged = await arrange(what.pair, plan);
  } catch (error) {
    if (!(error instanceof FtpError) || from.control.closed || to.control.closed) throw error;
    return error;
  }
  try {
    await exchange(what);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotConnected)) throw error;
    if (from.control.closed || to.control.closed) throw error.cause;
    return error.cause;
  } finally {
    await arranged.restore();
  }
}

/** Why there is none: data in clear always has one. */
function whyNoPlan(pair: ServerPair): string {
  if (!pair.from.control.hasTls || !pair.to.control.hasTls) {
    return "data is private with one server, and the other has no TLS; only in clear could they exchange it";
  }
  return "data is private, and neither server has SSCN or CPSV that would help; only in clear could they exchange it";
}

/** Compares what the servers have now, where both tell. */
async function checkSize(to: ClientContext, path: string, size: number | undefined, tried: string): Promise<void> {
  if (!to.options.checkSize || size === undefined) return;
  const stored = await attributes.size(to, path);
  if (stored === undefined || stored === size) return;
  const message = `the sending server has ${size} octets, and the receiving one ${stored}`;
  throw new FtpTransferError("size-mismatch", tried, message);
}
