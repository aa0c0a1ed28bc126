/** Listings: MLSD, LIST and NLST into memory, within caps. */
import { posix } from "node:path";
import { inwardLine, pumpFileFromSocket, pumpFromSocket } from "../net/index.ts";
import {
  keepsConnection,
  parseListing,
  type ListedEntry,
  type ListingDialect,
  type NameCodec,
  type ReceivedReply,
} from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { isBlank, learnDots, lookAgain, uncertain } from "./empty-directory.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { plainFormat, resolveFormat } from "./format-options.ts";
import { entriesWithin, isQualified, nameWithin } from "./listing-names.ts";
import { isErrorLine, meansEmpty, tellsFailure, toldLines } from "./listing-refusals.ts";
import { setForListing, setFormat } from "./parameters.ts";
import { inServerZone } from "./server-zone.ts";
import { BytesSink } from "./sinks.ts";
import { timeOfReply } from "./time-reply.ts";
import { Transfer } from "./transfer.ts";
import { inDirectory, lastComponent, workingDirectory, type Visit } from "./working-directory.ts";

/** A directory that is to be listed. */
interface ListingRequest {
  readonly context: ClientContext;
  /** As the caller named it; undefined is the working directory. */
  readonly path: string | undefined;
  /** What is tried, for errors. */
  readonly tried: string;
  readonly signal: AbortSignal | undefined;
  /** Whether a blank listing of which nobody can tell whether the directory is empty is an error. */
  readonly mustBeSure?: boolean;
}

/** As `FtpClient.list`. */
export async function listEntries(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
  mustBeSure = false,
): Promise<ListedEntry[]> {
  const request = { context, path: path === "" || path === "." ? undefined : path, tried, signal, mustBeSure };
  if (context.features.has("MLST") && !context.known.noMlsd) {
    try {
      return await listFacts(request);
    } catch (error) {
      if (!(error instanceof FtpReplyError && refusesMlsd.has(error.code))) throw error;
      // Some servers announce MLST and have no MLSD.
      if (error.code !== 500 && error.code !== 502) return insteadOfFacts(request, error);
      context.known.noMlsd = true;
    }
  }
  const entries = await listLines(request);
  return inServerZone(context, request.path, entries);
}

/** What servers say to MLSD that they announce and do not have, and some of them to any path. */
const refusesMlsd: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 550]);

/**
 * MLSD was refused, and the reply does not tell whether for this directory or for all: where LIST tells entries from
 * inside the directory it is MLSD that the server does not do, from now on in this session. An empty LIST proves nothing
 * (an unreadable directory may look empty), unless the code says that it is the command which is not understood.
 *
 * @throws FtpReplyError with MLSD's refusal where it stands.
 */
async function insteadOfFacts(request: ListingRequest, refusal: FtpReplyError): Promise<ListedEntry[]> {
  const { context } = request;
  const entries = await listLines(request).catch((error: unknown) => {
    if (error instanceof FtpReplyError && error.code !== 421) throw refusal;
    throw error;
  });
  const only = entries.length === 1 ? entries[0] : undefined;
  // MLSD is for directories alone (RFC 3659 §7.2.1), so that it is refused for a file.
  const isFile = only !== undefined && only.kind !== "directory" && only.name === lastComponent(request.path ?? "");
  const told = entries.some(({ dialect }) => dialect !== undefined) && !isFile;
  if (refusal.code === 550 && !told) throw refusal;
  context.known.noMlsd ||= told;
  return inServerZone(context, request.path, entries);
}

/** Paths that servers take for switches, patterns or two names. */
const misread = /[\s*?[\]{}~"'\\$]|^-/;

/** By MLSD; from inside the directory where its path may be taken for something else. */
async function listFacts(request: ListingRequest): Promise<ListedEntry[]> {
  const { context, path, tried } = request;
  const read = (argument: string | undefined): Promise<Uint8Array> => readBytes(request, "MLSD", argument);
  let bytes: Uint8Array;
  if (path === undefined || !misread.test(path)) bytes = await read(path);
  else {
    const visit = await inDirectory(context, path, tried, () => read(undefined));
    if (visit.entered) bytes = visit.result;
    else if (visit.refusal === undefined) bytes = await read(path);
    else return fileItself(request, visit.refusal);
  }
  return parsed(request, endingInLine(bytes, tried), "mlsd");
}

/**
 * By LIST, from inside the directory: of a path some servers list what it matches as a pattern, or tell the directory's own
 * line where they cannot read it, or nothing at all.
 */
async function listLines(request: ListingRequest): Promise<ListedEntry[]> {
  const { path, tried } = request;
  const visit = await visited(request, () => readDirectory(request, "LIST", undefined));
  if (visit.entered) return parsed(request, await settled(request, visit.result), "list");
  if (visit.refusal !== undefined) return fileItself(request, visit.refusal);
  const entries = await parsed(request, await settled(request, await readDirectory(request, "LIST", path)), "list");
  const [only] = entries;
  if (path !== undefined && entries.length === 1 && only?.kind === "directory" && only.name === lastComponent(path)) {
    const why = "the server tells the directory itself in place of what is in it";
    throw new FtpTransferError("incomplete-listing", tried, why, { verb: "LIST" });
  }
  return entries;
}

/** Runs in the directory that is to be listed: the working directory needs no CWD. */
async function visited<T>({ context, path, tried }: ListingRequest, run: () => Promise<T>): Promise<Visit<T>> {
  if (path === undefined) return { entered: true, result: await run() };
  return inDirectory(context, path, tried, run);
}

/**
 * A path that the server does not enter may be that of a file: its own line tells, or its size.
 *
 * @throws FtpReplyError with the refusal, where it is none.
 */
async function fileItself(request: ListingRequest, refusal: ReceivedReply): Promise<ListedEntry[]> {
  const { context, path = ".", tried } = request;
  const name = lastComponent(path);
  // What begins like a switch would be one.
  const bytes = path.startsWith("-") ? undefined : await readBytes(request, "LIST", path).catch(passRefusal);
  const entries = bytes === undefined ? [] : parseListing(decodedListing(context, bytes), { now: Date.now() });
  const [own] = entries;
  const isOwn = own?.dialect !== undefined && own.kind !== "directory" && own.kind !== "unknown";
  if (entries.length === 1 && isOwn && (own.name === path || lastComponent(own.name) === name)) {
    return [{ ...own, name }];
  }
  // Where names are no paths, a pattern is how one asks for several of them.
  if (entries.length > 0 && entries.every(({ dialect }) => dialect !== undefined && patterned.has(dialect))) {
    return entries;
  }
  await setFormat(context, plainFormat.format, plainFormat.options);
  const sized = await context.control.command("SIZE", path);
  const size = sized.code === 213 ? /\d{1,16}/.exec(sized.text)?.[0] : undefined;
  if (size === undefined) throw new FtpReplyError(tried, refusal, "CWD");
  const asksTime = context.features.has("MDTM");
  const modified = asksTime ? timeOfReply(await context.control.command("MDTM", path)) : undefined;
  const time = modified === undefined ? {} : { modified, timePrecision: "second" as const };
  return [{ name, kind: "file", size: Number(size), ...time, raw: "" }];
}

/** Dialects of systems whose data sets, jobs and files are asked for by patterns, and whose names know no slash. */
const patterned: ReadonlySet<ListingDialect> = new Set(["mvs", "jes", "cms", "vms", "nonstop"]);

function passRefusal(error: unknown): undefined {
  if (!(error instanceof FtpReplyError) || error.code === 421) throw error;
}

/** The octets of a directory's listing, and what is not certain about them. */
interface DirectoryListing {
  readonly bytes: Uint8Array;
  /** `blank`: it may be empty, or unreadable. `unended`: its last line may be cut off, or the server ends no last line. */
  readonly doubt?: "blank" | "unended";
}

/** Reads a listing, and takes a second look where it is blank. @throws FtpTransferError `broken` where it breaks off. */
async function readDirectory(
  request: ListingRequest,
  verb: "LIST" | "NLST",
  argument: string | undefined,
): Promise<DirectoryListing> {
  const { context, tried } = request;
  const { known } = context;
  const bytes = await readBytes(request, verb, argument);
  if (isBlank(bytes)) {
    const again = await lookAgain(known, tried, (more) => readBytes(request, "LIST", more), argument);
    if (verb === "LIST") return again;
    // What only LIST tells are no names of NLST; but it may tell why there are none.
    await parsed(request, again.bytes, "list");
    return { ...again, bytes };
  }
  if (endsLine(bytes)) known.endsLines = true;
  else if (known.endsLines === true) throw breaksOff(tried);
  else if (known.endsLines === undefined) return { bytes, doubt: "unended" };
  return { bytes };
}

/**
 * Where a listing is in doubt, that of another directory tells how the server does it.
 *
 * @throws FtpTransferError where the listing is not whole; FtpReplyError.
 */
async function settled(request: ListingRequest, listing: DirectoryListing): Promise<Uint8Array> {
  const { bytes, doubt } = listing;
  if (doubt === undefined) return bytes;
  const { context, path, tried, mustBeSure } = request;
  const learn = async (): Promise<boolean> => {
    const read = (argument: string | undefined): Promise<Uint8Array> => readBytes(request, "LIST", argument);
    return doubt === "blank" ? learnDots(context.known, tried, read) : learnEnds(context, tried, await read(undefined));
  };
  const here = posix.resolve("/", (await workingDirectory(context)) ?? "/");
  const listed = posix.resolve(here, path ?? ".");
  if (listed !== here && (await learn())) return bytes;
  if (listed !== "/" && here !== "/") {
    const visit = await inDirectory(context, "/", tried, learn);
    if (visit.entered && visit.result) return bytes;
  }
  if (mustBeSure === true) throw doubt === "blank" ? uncertain(tried) : breaksOff(tried);
  return bytes;
}

/** Finds out whether the server ends the last line of a listing. @returns Whether that is known now. */
function learnEnds({ known }: ClientContext, tried: string, other: Uint8Array): boolean {
  if (isBlank(other)) return false;
  known.endsLines = endsLine(other);
  if (known.endsLines) throw breaksOff(tried);
  return true;
}

function endsLine(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 1] === lineFeed;
}

/** Half a name is another name, and who removes what is not listed would remove the whole one. */
function breaksOff(tried: string): FtpTransferError {
  return new FtpTransferError("broken", tried, "the listing breaks off in the middle of a line");
}

const lineFeed = 10;

/**
 * Each entry of MLSD ends with its line (RFC 3659 §7.2): half a name is another name.
 *
 * @throws FtpTransferError `broken`.
 */
function endingInLine(bytes: Uint8Array, tried: string): Uint8Array {
  if (bytes.length === 0 || endsLine(bytes)) return bytes;
  throw breaksOff(tried);
}

/** As `FtpClient.names`. */
export async function listNames(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const request = { context, path: path === "" || path === "." ? undefined : path, tried, signal };
  const visit = await visited(request, () => readDirectory(request, "NLST", undefined));
  if (!visit.entered && visit.refusal !== undefined) return namesOfFile(request, visit.refusal);
  const listing = visit.entered ? visit.result : await readDirectory(request, "NLST", request.path);
  const names = namesIn(request, await settled(request, listing));
  return capped(context, tried, (await namesWithin(request, names)).filter(isNoDots));
}

/** What NLST says of a path that the server does not enter: a file's own name, or the refusal. @throws FtpReplyError. */
async function namesOfFile(request: ListingRequest, refusal: ReceivedReply): Promise<string[]> {
  const { path = ".", tried } = request;
  const bytes = path.startsWith("-") ? undefined : await readBytes(request, "NLST", path).catch(passRefusal);
  const names = bytes === undefined ? [] : namesIn(request, bytes);
  const [only] = names;
  if (names.length !== 1 || only === undefined || lastComponent(only) !== lastComponent(path)) {
    throw new FtpReplyError(tried, refusal, "CWD");
  }
  // vsftpd tells an unreadable directory by its own name, as it does a file.
  const [file] = await fileItself(request, refusal);
  return file === undefined ? [] : [only];
}

/** The lines of NLST. @throws FtpReplyError for a single one that is an error's. */
function namesIn({ context, tried }: ListingRequest, bytes: Uint8Array): string[] {
  const text = decode(bytes, context.control.nameCodec);
  const names = text.split(/\r?\n/).filter((name) => name !== "" && name !== "." && name !== "..");
  const [only] = names;
  if (names.length === 1 && only !== undefined && only.includes(": ") && isErrorLine(only))
    throw refusedInWords(tried, "NLST", only);
  return names;
}

/** The directory itself and the one above are in every directory, and some servers tell them. */
function isNoDots(name: string): boolean {
  return name !== "." && name !== "..";
}

async function namesWithin({ context, path }: ListingRequest, names: readonly string[]): Promise<string[]> {
  if (!names.some(isQualified)) return [...names];
  const directory = { path, here: await workingDirectory(context) };
  return names.map((name) => nameWithin(name, directory)).filter((name) => name !== ".");
}

/**
 * Reads a listing, and warns of lines that are not understood.
 *
 * @throws FtpReplyError where there are only such, and they are an error's words.
 */
async function parsed(request: ListingRequest, bytes: Uint8Array, format: "mlsd" | "list"): Promise<ListedEntry[]> {
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

function decodedListing({ control }: ClientContext, bytes: Uint8Array): string | Uint8Array {
  return control.nameCodec?.decode(bytes) ?? bytes;
}

/** A refusal that came as a line of the listing, behind a preliminary reply and before a success. */
function refusedInWords(tried: string, verb: string, line: string): FtpReplyError {
  const text = line.slice(0, shownOfLine).trim();
  return new FtpReplyError(tried, { code: 550, lines: [text], text }, verb);
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

/** One transfer of a listing. @throws FtpReplyError for a refusal, in the reply's code or in its words. */
async function readBytes(request: ListingRequest, verb: string, argument: string | undefined): Promise<Uint8Array> {
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
