/**
 * The TFTP client: `get` and `put`.
 *
 * A server that refuses options, answers them wrongly or drops requests that have some is asked again without, as RFC 2347
 * wants it.
 */
import { lookup } from "node:dns/promises";
import type { Socket } from "node:dgram";
import { isIP } from "node:net";
import { Writable } from "node:stream";
import {
  defaultRetries,
  fittingWindow,
  formatRequest,
  parseTftpUrl,
  requestOptions,
  tftpErrorCode,
  type TftpUrl,
  type WantedOptions,
} from "../../protocol/index.ts";
import type { WritableFile } from "../../storage/index.ts";
import { netasciiSink, netasciiSource } from "../transfer/netascii-files.ts";
import { clock } from "../transfer/transfer.ts";
import { openUdpSocket } from "../transfer/udp-socket.ts";
import { TftpError } from "./errors.ts";
import { Exchange, type ExchangeEnd, type LocalEnd, type RequestFailure } from "./exchange.ts";
import { fileSink, MemorySink, openSource, streamSink, type TftpSource } from "./local-ends.ts";
import {
  longestTimeoutByDefault,
  memoryLimit,
  usualGroup,
  wantedBlockSize,
  wantedWindowSize,
  type TftpResult,
  type TftpTransferOptions,
} from "./options.ts";

/** Retransmissions of a request with options before it is made without. */
const retriesWithOptions = 3;
/** Milliseconds between two calls of `onProgress`. */
const progressTick = 100;
/** Octets that a system needs about each datagram that waits. */
const datagramOverhead = 1024;

/**
 * Gets a file into memory.
 *
 * @param from - `tftp://host/file`, or its parts.
 * @throws TftpError; RangeError for a URL or an option that cannot be meant.
 */
export async function get(
  from: string | URL | TftpUrl,
  options: TftpTransferOptions = {},
): Promise<TftpResult & { readonly data: Uint8Array }> {
  const sink = new MemorySink();
  const result = await getInto(from, async () => sink, { maxSize: memoryLimit, ...options });
  return { ...result, data: sink.bytes };
}

/**
 * Gets a file into a file of this machine, under a temporary name until it is whole, or into a stream, which is ended, or
 * destroyed when the transfer fails. Devices and pipes of this machine are opened once the server has answered.
 *
 * @throws as `get`.
 */
export async function getTo(
  from: string | URL | TftpUrl,
  to: string | Writable,
  options: TftpTransferOptions = {},
): Promise<TftpResult> {
  if (typeof to === "string") return getInto(from, () => fileSink(to), options);
  const sink = streamSink(to);
  const open = async (): Promise<WritableFile> => {
    sink.check();
    return sink;
  };
  try {
    return await getInto(from, open, options);
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/**
 * Puts a file.
 *
 * @param source - A path of this machine, bytes, or a stream.
 * @param to - `tftp://host/file`, or its parts.
 * @throws as `get`.
 */
export async function put(
  source: TftpSource,
  to: string | URL | TftpUrl,
  options: TftpTransferOptions = {},
): Promise<TftpResult> {
  const url = toUrl(to);
  const tried = `Putting ${url.file} to ${url.host}`;
  const mode = options.mode ?? url.mode ?? "octet";
  const file = await openSource(source).catch((cause: unknown) => {
    throw new TftpError("file", tried, messageOf(cause), { cause });
  });
  const end: LocalEnd = { operation: "write", source: mode === "netascii" ? netasciiSource(file) : file };
  try {
    return await transfer(url, mode, end, mode === "octet" ? file.size : undefined, tried, options);
  } finally {
    // What was read is read.
    await file.close().catch(() => undefined);
  }
}

async function getInto(
  from: string | URL | TftpUrl,
  open: () => Promise<WritableFile>,
  options: TftpTransferOptions,
): Promise<TftpResult> {
  const url = toUrl(from);
  const mode = options.mode ?? url.mode ?? "octet";
  const end: LocalEnd = {
    operation: "read",
    maxSize: options.maxSize ?? Infinity,
    open: async () => (mode === "netascii" ? netasciiSink(await open()) : open()),
  };
  return transfer(url, mode, end, mode === "octet" ? 0 : undefined, `Getting ${url.file} from ${url.host}`, options);
}

async function transfer(
  url: TftpUrl,
  mode: "octet" | "netascii",
  end: LocalEnd,
  size: number | undefined,
  tried: string,
  options: TftpTransferOptions,
): Promise<TftpResult> {
  const wanted =
    options.plain === true
      ? undefined
      : fitting(url, mode, end, {
          transferSize: options.transferSize === false ? undefined : size,
          blockSize: options.blockSize ?? wantedBlockSize,
          windowSize: fittingWindow(options.windowSize ?? wantedWindowSize, options.rollover ?? 0),
          timeout: options.timeout,
          multicast: end.operation === "read" && wantsMulticast(options),
        });
  const begun = clock();
  const address = await resolve(url.host, tried, options);
  // Some servers answer windowsize beside multicast, and then send windows to a group: see `answerOptions`.
  let asked = wanted?.multicast === true ? { ...wanted, windowSize: undefined } : wanted;
  let last = await attempt(url, address, mode, end, asked, tried, options);
  while (asked !== undefined && last.kind === "not-begun" && mayBeTheOptions(last.failure)) {
    asked = lessThan(asked, wanted, last.failure);
    last = await attempt(url, address, mode, end, asked, tried, options);
  }
  const failure = last.kind === "ended" ? last.end.failure : last.failure;
  if (failure !== undefined || last.kind === "not-begun") throw errorFor(failure, tried);
  const { octets, counts, roundTrip } = last.end;
  try {
    options.onProgress?.({ octets, total: octets });
  } catch (cause) {
    throw new TftpError("aborted", tried, "telling the progress failed", { cause });
  }
  return { octets, counts, roundTrip, agreement: last.agreement, milliseconds: clock() - begun };
}

/** What is asked for beside such a name: nothing where the request would be too long. @throws RangeError. */
function fitting(
  { file }: TftpUrl,
  mode: "octet" | "netascii",
  { operation }: LocalEnd,
  wanted: WantedOptions,
): WantedOptions | undefined {
  const options = requestOptions(wanted);
  try {
    formatRequest({ operation, file, mode, options });
  } catch {
    // Whether it goes without options is seen when it is made.
    return undefined;
  }
  return wanted;
}

async function attempt(
  url: TftpUrl,
  address: string,
  mode: "octet" | "netascii",
  end: LocalEnd,
  wanted: WantedOptions | undefined,
  tried: string,
  options: TftpTransferOptions,
): Promise<ExchangeEnd> {
  const { signal, retries = defaultRetries } = options;
  throwIfGivenUp(signal, tried);
  let nextProgress = clock() + progressTick;
  const socket = await openSocket(address, end, wanted, tried, options);
  try {
    const exchange = new Exchange({
      socket,
      server: { address, port: url.port },
      file: url.file,
      mode,
      wanted,
      end,
      timing: {
        random: Math.random,
        retries,
        rollover: options.rollover,
        initialTimeout: options.initialTimeout,
        longestTimeout: options.longestTimeout ?? Math.max(options.initialTimeout ?? 0, longestTimeoutByDefault),
      },
      group: {
        ...usualGroup,
        ...(options.localAddress === undefined ? {} : { interface: options.localAddress }),
        ...(typeof options.multicast === "object" ? options.multicast : {}),
      },
      requestRetries: wanted === undefined ? retries : Math.min(retries, retriesWithOptions),
      checkSize: options.checkSize !== false,
      onOctets: (octets, agreement) => {
        const now = clock();
        if (now < nextProgress) return;
        nextProgress = now + progressTick;
        const total = end.operation === "write" ? end.source.size : agreement.transferSize;
        options.onProgress?.({ octets, total });
      },
    });
    const abort = (): void => exchange.abort("it was given up", signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    // It may have come while the socket was being opened.
    throwIfGivenUp(signal, tried);
    const ended = await exchange.run();
    signal?.removeEventListener("abort", abort);
    // The last ACK may have to be repeated; nobody waits for that, and the process does not either.
    socket.unref();
    void exchange.closed().then(() => socket.close());
    return ended;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function throwIfGivenUp(signal: AbortSignal | undefined, tried: string): void {
  if (signal?.aborted === true) throw new TftpError("aborted", tried, "it was given up", { cause: signal.reason });
}

async function openSocket(
  address: string,
  end: LocalEnd,
  wanted: WantedOptions | undefined,
  tried: string,
  options: TftpTransferOptions,
): Promise<Socket> {
  const window = (wanted?.windowSize ?? 1) * ((wanted?.blockSize ?? 0) + datagramOverhead);
  try {
    return await openUdpSocket({
      address: options.localAddress,
      family: address.includes(":") ? 6 : 4,
      port: 0,
      receiveBuffer: end.operation === "read" ? 2 * window : 0,
      sendBuffer: end.operation === "write" ? 2 * window : 0,
    });
  } catch (cause) {
    throw new TftpError("unreachable", tried, messageOf(cause), { cause });
  }
}

async function resolve(host: string, tried: string, options: TftpTransferOptions): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host, options.family === undefined ? {} : { family: options.family })).address;
  } catch (cause) {
    throw new TftpError("unreachable", tried, `${host} has no address`, { cause });
  }
}

/** What is asked for next. Who is silent is asked for no option at all; who has no group, for the file alone. */
function lessThan(
  asked: WantedOptions,
  wanted: WantedOptions | undefined,
  failure: RequestFailure,
): WantedOptions | undefined {
  return asked.multicast === true && failure.kind !== "timeout" ? { ...wanted, multicast: false } : undefined;
}

function wantsMulticast({ multicast = false }: TftpTransferOptions): boolean {
  return multicast !== false;
}

/** Whether the same request may go through without options. */
function mayBeTheOptions(failure: RequestFailure): boolean {
  if (failure.kind === "timeout" || failure.kind === "protocol") return true;
  if (failure.kind !== "peer-error") return false;
  const { notDefined, illegalOperation, optionNegotiation } = tftpErrorCode;
  return [notDefined, illegalOperation, optionNegotiation].some((code) => code === failure.code);
}

function errorFor(failure: RequestFailure | undefined, tried: string): TftpError {
  if (failure === undefined) return new TftpError("protocol", tried, "it did not begin");
  switch (failure.kind) {
    case "timeout":
    case "protocol":
      return new TftpError(failure.kind, tried, failure.message);
    case "peer-error":
      return new TftpError("refused", tried, `the server said: ${failure.message} (${failure.code})`, {
        code: failure.code,
      });
    case "file":
    case "aborted":
    case "unreachable":
      return new TftpError(failure.kind, tried, failure.message, { cause: failure.cause });
  }
}

function toUrl(from: string | URL | TftpUrl): TftpUrl {
  return typeof from === "string" || from instanceof URL ? parseTftpUrl(from) : from;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
