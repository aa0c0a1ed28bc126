/** Listings: MLSD, LIST and NLST into memory, within caps. */
import { pumpFromSocket } from "../net/index.ts";
import { parseListing, type ListedEntry } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
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
      return capped(context, tried, parse(await readText(context, "MLSD", path, tried, signal), "mlsd"));
    } catch (error) {
      // Some servers announce MLST and have no MLSD.
      if (!(error instanceof FtpReplyError && (error.code === 500 || error.code === 502))) throw error;
      context.known.noMlsd = true;
    }
  }
  return capped(context, tried, parse(await readText(context, "LIST", path, tried, signal), "list"));
}

/** As `FtpClient.names`. */
export async function listNames(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const text = await readText(context, "NLST", path, tried, signal);
  return capped(
    context,
    tried,
    text.split(/\r?\n/).filter((name) => name !== ""),
  );
}

function parse(text: string, format: "mlsd" | "list"): ListedEntry[] {
  return parseListing(text, { now: Date.now(), format });
}

function capped<T>(context: ClientContext, tried: string, entries: T[]): T[] {
  if (entries.length <= context.options.maxEntries) return entries;
  throw new FtpTransferError("too-large", tried, `there are more than ${context.options.maxEntries} entries`);
}

/** UTF-8 where it is such, else Latin-1: old servers send what their disk has. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

async function readText(
  context: ClientContext,
  verb: string,
  argument: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const request = { verb, argument, offset: 0, tried, signal };
  let transfer: Transfer;
  try {
    transfer = await Transfer.begin(context.control, context.data, request);
  } catch (error) {
    // An empty folder is "no files found" to some servers.
    if (verb !== "MLSD" && error instanceof FtpReplyError && isEmptyFolder(error)) return "";
    throw error;
  }
  const sink = new BytesSink(context.options.maxListing, tried);
  try {
    const { stallTimeout } = context.options;
    await pumpFromSocket(transfer.socket, sink, { buffers: context.buffers, stallTimeout, signal });
  } catch (error) {
    throw await transfer.failed(error);
  }
  try {
    await transfer.finish();
  } finally {
    transfer.socket.destroy();
  }
  return decode(await sink.commit());
}

function isEmptyFolder(error: FtpReplyError): boolean {
  return (
    (error.code === 550 || error.code === 450) && /no (?:files|entries)(?: were)? found/i.test(error.reply?.text ?? "")
  );
}
