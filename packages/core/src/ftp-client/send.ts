/** Uploads: STOR, APPE, and going on where a broken one ended. */
import type { Socket } from "node:net";
import { finished } from "node:stream/promises";
import type { ReadableFile } from "../bytes/index.ts";
import {
  bandwidthLimits,
  beginFile,
  DataConnectionError,
  outwardLine,
  paceOf,
  pumpToSocket,
  type BandwidthLimit,
  type OutwardLine,
} from "../net/index.ts";
import { keepsConnection, largestBlock, type ReceivedReply } from "../protocol/index.ts";
import * as attributes from "./attributes.ts";
import { beginTransfer } from "./begin-transfer.ts";
import type { ClientContext } from "./client-context.ts";
import { uploadMode } from "./compression.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { mustKeepOffsets, resolveFormat, type ResolvedFormat } from "./format-options.ts";
import { parseMarkReply, recordIndexOf } from "./markers.ts";
import { ProgressTeller } from "./progress-teller.ts";
import { isDriven, openSource, type OpenSource, type UploadSource } from "./sources.ts";
import type { TransferResult, UploadOptions } from "./transfer-options.ts";
import type { Transfer } from "./transfer.ts";
import { Verification } from "./verification.ts";

/** The verbs that data goes to a server by. */
export type StoreVerb = "STOR" | "APPE" | "STOU";

/** As `FtpClient.upload`, `append` and `uploadUnique`. */
export async function sendFrom(
  context: ClientContext,
  verb: StoreVerb,
  from: UploadSource,
  path: string,
  options: UploadOptions,
): Promise<TransferResult> {
  const begun = Date.now();
  const how = resolveFormat(options, options.mode === undefined ? await uploadMode(context, from, path) : "S");
  const limits = [...context.options.bandwidth, ...bandwidthLimits(options.bandwidth)];
  const goesOn = options.resume === true || (options.offset ?? 0) > 0;
  if (goesOn && options.restart === undefined) mustKeepOffsets(how.format, "Resuming an upload");
  const { restart, resume } = options;
  const offset = restart?.offset ?? (resume === true ? await sizeThere(context, path) : (options.offset ?? 0));
  const verification =
    options.verify === true ? await verificationOf(context, verb, from, path, offset, options) : undefined;
  const source = await openSource(from, offset);
  let bytes = 0;
  let stored = path;
  try {
    // Where nothing is left an empty rest is sent: what the server shows may be a part that it does not call whole.
    await checkReach(from, source, path, offset);
    const read = verification?.reading(source) ?? source;
    const sending = { verb, source: read, path, offset, how, limits, options, mustRestart: resume !== true };
    ({ bytes, stored } = await sendSource(context, sending));
  } finally {
    await source.close();
  }
  // What begins in the middle of a file need not reach to its end.
  const wholeFile = verb === "STOR" ? offset === 0 || resume === true : offset > 0;
  if (verification === undefined && how.plain && wholeFile) {
    await checkStored(context, stored, offset + bytes);
  }
  await verification?.compare();
  if (options.preserveTime === true && source.modified !== undefined) {
    await attributes.setTime(context, stored, source.modified).catch((error: unknown) => {
      context.warn(error instanceof Error ? error.message : String(error));
    });
  }
  return { path: stored, bytes, offset, milliseconds: Date.now() - begun };
}

/** What is on the server already counts where it is known here too; else only what comes is compared. */
async function verificationOf(
  context: ClientContext,
  verb: StoreVerb,
  from: UploadSource,
  path: string,
  offset: number,
  options: UploadOptions,
): Promise<Verification> {
  const appends = verb === "APPE" && offset === 0;
  const start = appends ? await sizeThere(context, path) : isDriven(from) ? offset : 0;
  const { signal } = options;
  const tried = `Uploading ${path}`;
  const verification = await Verification.begin(context, { path, tried, format: options, start, signal });
  if (offset === 0 || start > 0) return verification;
  if (typeof from === "string") await verification.addFile(from, offset);
  else if (from instanceof Uint8Array) verification.add(from.subarray(0, offset));
  return verification;
}

async function sizeThere(context: ClientContext, path: string): Promise<number> {
  return (await attributes.sizeOrMissing(context, path)) ?? 0;
}

/** @throws FtpTransferError when there is less here than is to be there already. */
async function checkReach(from: UploadSource, source: OpenSource, path: string, offset: number): Promise<void> {
  if (offset === 0 || source.size === undefined || source.size > 0) return;
  const whole = from instanceof Uint8Array ? from.length : typeof from === "string" ? await sizeOfWhole(from) : offset;
  if (whole >= offset) return;
  throw new FtpTransferError(
    "cannot-resume",
    `Uploading ${path}`,
    `the server has ${offset} octets, and only ${whole} are here`,
  );
}

async function sizeOfWhole(path: string): Promise<number> {
  const whole = await openSource(path, 0);
  await whole.close();
  return whole.size ?? 0;
}

/**
 * Asks whether the server has what was sent: where something between the two ends the data connection properly, half a
 * file is a whole one to the server. Only for servers that say they have SIZE, and where nobody else appends.
 */
async function checkStored(context: ClientContext, path: string, sent: number): Promise<void> {
  if (!context.options.checkSize || !context.features.has("SIZE")) return;
  const stored = await attributes.size(context, path);
  if (stored === undefined || stored === sent) return;
  const message = `the server has ${stored} octets, and ${sent} were sent`;
  throw new FtpTransferError("size-mismatch", `Uploading ${path}`, message);
}

/** An upload that is about to begin. */
export interface Sending {
  readonly verb: StoreVerb;
  readonly source: ReadableFile;
  readonly path: string;
  readonly offset: number;
  readonly how: ResolvedFormat;
  readonly limits: readonly BandwidthLimit[];
  readonly options: UploadOptions;
  /** Whether only REST will do for an offset: the server's file may be longer than that. */
  readonly mustRestart?: boolean;
}

/** Moves a source to the server. It is the caller's to close. @returns Octets that went, and the name they have there. */
export async function sendSource(context: ClientContext, sending: Sending): Promise<{ bytes: number; stored: string }> {
  const { source, offset, how, options } = sending;
  const line = how.plain ? { source, station: undefined } : await openLine(source, offset, how, options);
  try {
    const transfer = await beginSending(context, sending);
    try {
      const bytes = await pump(context, transfer, line, sending).catch(async (error: unknown) => {
        throw await transfer.failed(error);
      });
      const completion = await transfer.finish();
      const stored = sending.verb === "STOU" ? nameOfUnique(transfer.preliminary, completion) : sending.path;
      return { bytes, stored };
    } finally {
      transfer.dispose();
    }
  } finally {
    // Deflating holds memory of its own; the file is closed by whoever opened it, once more or for the first time.
    if (line.source !== source) await line.source.close();
  }
}

/**
 * Begins an upload. Where the server takes no REST before STOR (ProFTPD with HiddenStores says 501), APPE does the same if
 * the file there has exactly the octets that would be skipped.
 */
async function beginSending(context: ClientContext, sending: Sending): Promise<Transfer> {
  const request = requestOf(context, sending);
  try {
    return await beginTransfer(context, sending.how, request);
  } catch (error) {
    const isRefused = error instanceof FtpReplyError && [500, 501, 502, 504].includes(error.code);
    if (!isRefused || request.restart === 0 || typeof request.restart === "string") throw error;
    if ((await attributes.size(context, sending.path)) !== sending.offset) throw error;
    // The offset may still wait for its transfer; a server that does not know REST has none.
    await context.control.command("REST", "0");
    return beginTransfer(context, sending.how, { ...request, verb: "APPE", restart: 0 });
  }
}

/**
 * The name that a server chose: `FILE: name` in the preliminary reply (RFC 1123 §4.1.2.9), or as servers tell it that are
 * older or do not care.
 *
 * @throws FtpTransferError where neither reply has one.
 */
function nameOfUnique(preliminary: ReceivedReply, completion: ReceivedReply): string {
  for (const { text } of [preliminary, completion]) {
    const name = /\bFILE: ?(.+)/i.exec(text)?.[1] ?? /unique file name:? ?"?([^"\s)]+)/i.exec(text)?.[1];
    if (name !== undefined) return name.replace(/["'.)\s]+$/, "").replace(/^["']/, "");
  }
  throw new FtpTransferError("malformed", "Uploading under a unique name", "the server did not tell the name", {
    verb: "STOU",
    reply: completion,
  });
}

function requestOf(
  context: ClientContext,
  { verb, path, offset, how, options, mustRestart = false }: Sending,
): Parameters<typeof beginTransfer>[2] {
  const { signal, onMarker, restart } = options;
  // Without REST for streams, appending does the same.
  const streams = verb === "STOR" && /STREAM/i.test(context.features.get("REST") ?? "");
  const restarts = offset > 0 && (restart !== undefined || streams || mustRestart);
  const marked = (text: string): void => {
    const point = parseMarkReply(text);
    if (point !== undefined) onMarker?.(point);
  };
  return {
    verb: offset > 0 && !restarts ? "APPE" : verb,
    // A name for STOU is a wish that RFC 959 §4.1.3 does not know.
    argument: verb === "STOU" && path === "" ? undefined : path,
    restart: restarts ? (restart?.marker ?? offset) : 0,
    onMarker: keepsConnection(how.format, how.options) ? marked : undefined,
    tried: `Uploading ${path}`,
    signal,
  };
}

async function pump(
  context: ClientContext,
  transfer: Transfer,
  line: OutwardLine,
  { source, path, offset, how, limits, options }: Sending,
): Promise<number> {
  const { signal, onProgress } = options;
  const keeps = keepsConnection(how.format, how.options);
  const { socket } = transfer.connection;
  const size = source.size === undefined ? undefined : source.size + offset;
  const progress = new ProgressTeller(context, { path, direction: "upload", offset, size }, onProgress);
  if (!keeps) socket.resume();
  try {
    await pumpToSocket(line.source, transfer.connection, {
      buffers: context.buffers,
      stallTimeout: context.options.stallTimeout,
      pace: paceOf(limits),
      signal,
      station: line.station,
      onBytes: (count) => progress.add(count),
    });
  } finally {
    progress.flush();
  }
  if (!keeps) await endOutward(socket, context.options.stallTimeout, signal);
  return progress.bytes;
}

/**
 * Closes, and waits until all is sent: under TLS the close is octets too, which a server may leave unread.
 *
 * @param timeout - Milliseconds.
 * @throws DataConnectionError `stalled` or `aborted`. A connection that breaks is for the server's reply to tell.
 */
function endOutward(socket: Socket, timeout: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: DataConnectionError): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => settle(new DataConnectionError("aborted", "The upload was aborted", signal?.reason));
    const timer = setTimeout(() => settle(new DataConnectionError("stalled", "The close was not taken")), timeout);
    if (signal?.aborted === true) {
      abort();
      return;
    }
    signal?.addEventListener("abort", abort, { once: true });
    socket.end();
    finished(socket, { readable: false }).then(
      () => settle(),
      () => settle(),
    );
  });
}

/** The way of a source to the server. @throws DataFormatError for what cannot go there so. */
async function openLine(
  source: ReadableFile,
  offset: number,
  { format, options: how }: ResolvedFormat,
  options: UploadOptions,
): Promise<OutwardLine> {
  const recordIndex = recordIndexOf(options.recordLengths);
  // NetX Duo keeps the first block and drops the rest in silence: what is longer must be known before it is sent.
  if (source.size !== undefined || format.mode !== "B" || how.blocks !== "netx") {
    return outwardLine(source, format, how, { offset, size: source.size, recordIndex });
  }
  const begun = await beginFile(source, largestBlock);
  return outwardLine(begun, format, how, { offset, size: begun.size ?? largestBlock + 1, recordIndex });
}
