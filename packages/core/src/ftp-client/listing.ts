/** Listings: MLSD, LIST and NLST into memory, within caps. */
import { inwardLine, pumpFileFromSocket, pumpFromSocket } from "../net/index.ts";
import { keepsConnection, parseListing, parseQuotedPath, type ListedEntry, type NameCodec } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { resolveFormat } from "./format-options.ts";
import { setForListing } from "./parameters.ts";
import { inServerZone } from "./server-zone.ts";
import { BytesSink } from "./sinks.ts";
import { Transfer } from "./transfer.ts";

/** As `FtpClient.list`. */
export async function listEntries(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<ListedEntry[]> {
  if (context.features.has("MLST") && !context.known.noMlsd) {
    try {
      return parsed(context, tried, endingInLine(await readBytes(context, "MLSD", path, tried, signal), tried), "mlsd");
    } catch (error) {
      // Some servers announce MLST and have no MLSD.
      if (!(error instanceof FtpReplyError && (error.code === 500 || error.code === 502))) throw error;
      context.known.noMlsd = true;
    }
  }
  const read = (argument: string | undefined): Promise<Uint8Array> =>
    readBytes(context, "LIST", argument, tried, signal);
  const bytes =
    path !== undefined && misread.test(path) ? await inFolder(context, path, tried, read) : await read(path);
  return inServerZone(context, path, parsed(context, tried, bytes, "list"));
}

const lineFeed = 10;

/**
 * Each entry of MLSD ends with its line (RFC 3659 §7.2): half a name is another name.
 *
 * @throws FtpTransferError `broken`.
 */
function endingInLine(bytes: Uint8Array, tried: string): Uint8Array {
  if (bytes.length === 0 || bytes[bytes.length - 1] === lineFeed) return bytes;
  throw new FtpTransferError("broken", tried, "the listing breaks off in the middle of a line");
}

/** Paths that servers which hand LIST to `ls` take for switches, patterns or two names. */
const misread = /[\s*?[\]{}~"'\\$]|^-/;

/** Lists a folder from inside, and comes back. A path that is no folder is listed as it is. */
async function inFolder(
  context: ClientContext,
  path: string,
  tried: string,
  read: (argument: string | undefined) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { control } = context;
  const before = await control.command("PWD");
  const here = before.code === 257 ? parseQuotedPath(before.text) : undefined;
  if (here === undefined || (await control.command("CWD", path)).code >= 300) return read(path);
  try {
    return await read(undefined);
  } finally {
    if (!control.closed) {
      const back = await control.command("CWD", here);
      if (back.code >= 300) control.destroy(new FtpReplyError(tried, back, "CWD"));
    }
  }
}

/** As `FtpClient.names`. */
export async function listNames(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const text = decode(await readBytes(context, "NLST", path, tried, signal), context.control.nameCodec);
  return capped(
    context,
    tried,
    text.split(/\r?\n/).filter((name) => name !== ""),
  );
}

/** Reads a listing, and warns of lines that are not understood. */
function parsed(context: ClientContext, tried: string, bytes: Uint8Array, format: "mlsd" | "list"): ListedEntry[] {
  const listing = context.control.nameCodec?.decode(bytes) ?? bytes;
  const entries = capped(context, tried, parseListing(listing, { now: Date.now(), format }));
  const unread = entries.filter(({ dialect }) => dialect === undefined);
  const [first] = unread;
  if (first !== undefined) {
    const shown = JSON.stringify(first.raw.slice(0, shownOfLine));
    context.warn(`${tried}: lines that are not understood: ${unread.length}; the first is ${shown}`);
  }
  return entries;
}

/** Characters of a line that a warning shows. */
const shownOfLine = 200;

function capped<T>(context: ClientContext, tried: string, entries: T[]): T[] {
  if (entries.length <= context.options.maxEntries) return entries;
  throw new FtpTransferError("too-large", tried, `there are more than ${context.options.maxEntries} entries`);
}

/** In the server's charset where one is known; else UTF-8 where it is such, else Latin-1: old servers send what their disk has. */
function decode(bytes: Uint8Array, codec: NameCodec | undefined): string {
  try {
    const text = codec?.decode(bytes);
    if (text !== undefined) return text;
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

async function readBytes(
  context: ClientContext,
  verb: string,
  argument: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const mode = await setForListing(context);
  // Text in whichever type it comes: MODE C's filler is a space in it, and no listing has octets of zero.
  const { format, options: how } = resolveFormat({ type: "ascii" }, mode);
  const keeps = keepsConnection(format, how);
  const request = {
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
    transfer = await Transfer.begin(context.control, context.data, request);
  } catch (error) {
    // An empty folder is "no files found" to some servers.
    if (verb !== "MLSD" && error instanceof FtpReplyError && isEmptyFolder(error)) return new Uint8Array(0);
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
    await transfer.finish();
    return await sink.commit();
  } catch (error) {
    // Inflating holds memory of its own.
    await (line?.sink ?? sink).abandon();
    throw error;
  } finally {
    transfer.dispose();
  }
}

function isEmptyFolder(error: FtpReplyError): boolean {
  return (
    (error.code === 550 || error.code === 450) && /no (?:files|entries)(?: were)? found/i.test(error.reply?.text ?? "")
  );
}
