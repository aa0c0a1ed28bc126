/** One listing over a data connection, and its lines as entries. */
import { inwardLine, pumpFileFromSocket, pumpFromSocket } from "../net/index.ts";
import {
  keepsConnection,
  parseListing,
  type ListedEntry,
  type NameCodec,
  type ReceivedReply,
} from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { resolveFormat } from "./format-options.ts";
import { entriesWithin, isQualified } from "./listing-names.ts";
import { isErrorLine, meansEmpty, tellsFailure, toldLines } from "./listing-refusals.ts";
import { setForListing } from "./parameters.ts";
import { BytesSink } from "./sinks.ts";
import { Transfer } from "./transfer.ts";
import { workingDirectory } from "./working-directory.ts";

/** A directory that is to be listed. */
export interface ListingRequest {
  readonly context: ClientContext;
  /** As the caller named it; undefined is the working directory. */
  readonly path: string | undefined;
  /** What is tried, for errors. */
  readonly tried: string;
  readonly signal: AbortSignal | undefined;
  /** Whether a blank listing of which nobody can tell whether the directory is empty is an error. */
  readonly mustBeSure?: boolean;
  /** Whether names that LIST leaves out, as those that begin with a dot, are wanted too. */
  readonly all?: boolean;
}

/**
 * Reads a listing, and warns of lines that are not understood.
 *
 * @throws FtpReplyError where there are only such, and they are an error's words.
 */
export async function parsed(
  request: ListingRequest,
  bytes: Uint8Array,
  format: "mlsd" | "list",
): Promise<ListedEntry[]> {
  const { context, path, tried } = request;
  const entries = capped(context, tried, parseListing(decodedListing(context, bytes), { now: Date.now(), format }));
  const unread = entries.filter(({ dialect }) => dialect === undefined);
  const [first] = unread;
  if (first !== undefined) {
    if (unread.length === entries.length && unread.every(({ raw }) => isErrorLine(raw)))
      throw refusedInWords(tried, format === "mlsd" ? "MLSD" : "LIST", first.raw);
    const shown = JSON.stringify(first.raw.slice(0, shownOfLine));
    context.warn(`${tried}: lines that are not understood: ${unread.length}; the first is ${shown}`);
  }
  if (!entries.some(({ name, dialect }) => dialect !== undefined && isQualified(name))) return entries;
  return entriesWithin(entries, { path, here: await workingDirectory(context) });
}

/** The entries of a listing as they are, without a warning. */
export function parseLines(context: ClientContext, bytes: Uint8Array): ListedEntry[] {
  return parseListing(decodedListing(context, bytes), { now: Date.now() });
}

function decodedListing({ control }: ClientContext, bytes: Uint8Array): string | Uint8Array {
  return control.nameCodec?.decode(bytes) ?? bytes;
}

/** A refusal that came as a line of the listing, behind a preliminary reply and before a success. */
export function refusedInWords(tried: string, verb: string, line: string): FtpReplyError {
  const text = line.slice(0, shownOfLine).trim();
  return new FtpReplyError(tried, { code: 550, lines: [text], text }, verb);
}

/** Characters of a line that a warning shows. */
const shownOfLine = 200;

/** @throws FtpTransferError `too-large`. */
export function capped<T>(context: ClientContext, tried: string, entries: T[]): T[] {
  if (entries.length <= context.options.maxEntries) return entries;
  throw new FtpTransferError("too-large", tried, `there are more than ${context.options.maxEntries} entries`);
}

/** In the server's charset where one is known; else UTF-8 where it is such, else Latin-1: old servers send what their disk has. */
export function decode(bytes: Uint8Array, codec: NameCodec | undefined): string {
  try {
    const text = codec?.decode(bytes);
    if (text !== undefined) return text;
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** One transfer of a listing. @throws FtpReplyError for a refusal, in the reply's code or in its words. */
export async function readBytes(
  request: ListingRequest,
  verb: string,
  argument: string | undefined,
): Promise<Uint8Array> {
  const { context, path, tried, signal } = request;
  const mode = await setForListing(context);
  // Text in whichever type it comes: MODE C's filler is a space in it, and no listing has octets of zero.
  const { format, options: how } = resolveFormat({ type: "ascii" }, mode);
  const keeps = keepsConnection(format, how);
  const wanted = {
    verb,
    argument,
    restart: 0,
    keepsConnection: keeps,
    noopEvery: context.options.keepAlive.noop,
    tried,
    signal,
  };
  let transfer: Transfer;
  try {
    transfer = await Transfer.begin(context.control, context.data, wanted);
  } catch (error) {
    if (verb !== "MLSD" && isEmpty(error)) return new Uint8Array(0);
    throw error;
  }
  const sink = new BytesSink(context.options.maxListing, tried);
  const line =
    mode === "S" ? undefined : inwardLine(sink, format, how, { offset: 0, keepsMemory: true }, context.options);
  const pump = { buffers: context.buffers, stallTimeout: context.options.stallTimeout, signal };
  const moved =
    line === undefined
      ? pumpFromSocket(transfer.connection, sink, pump)
      : pumpFileFromSocket(transfer.connection, line.sink, pump);
  try {
    await moved.catch(async (error: unknown) => {
      throw await transfer.failed(error);
    });
    const reply = await transfer.finish();
    if (tellsFailure(reply, path)) throw new FtpReplyError(tried, reply, verb);
    return demandLines(await sink.commit(), reply, tried);
  } catch (error) {
    // Inflating holds memory of its own.
    await (line?.sink ?? sink).abandon();
    throw error;
  } finally {
    transfer.dispose();
  }
}

const lineFeed = 10;

/** An empty directory is "no files found" to some servers. */
function isEmpty(error: unknown): boolean {
  return error instanceof FtpReplyError && error.reply !== undefined && meansEmpty(error.reply);
}

/** @throws FtpTransferError where the server says that it sent more lines than came. */
function demandLines(bytes: Uint8Array, reply: ReceivedReply, tried: string): Uint8Array {
  const told = toldLines(reply);
  if (told === undefined) return bytes;
  let lines = 0;
  for (const octet of bytes) if (octet === lineFeed) lines++;
  if (lines >= told) return bytes;
  throw new FtpTransferError("broken", tried, `the server says it sent ${told} lines, and ${lines} came`, { reply });
}
