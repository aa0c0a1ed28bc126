/** Listings: MLSD, LIST and NLST into memory, within caps. */
import type { ListedEntry, ListingDialect, ReceivedReply } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { plainFormat } from "./format-options.ts";
import { isQualified, nameWithin } from "./listing-names.ts";
import { isErrorLine } from "./listing-refusals.ts";
import { setFormat } from "./parameters.ts";
import { endingInLine, readDirectory, settled } from "./read-directory.ts";
import { capped, decode, parsed, parseLines, readBytes, refusedInWords, type ListingRequest } from "./read-listing.ts";
import { inServerZone } from "./server-zone.ts";
import { timeOfReply } from "./time-reply.ts";
import type { ListOptions } from "./transfer-options.ts";
import { inDirectory, lastComponent, workingDirectory, type Visit } from "./working-directory.ts";

/** As `FtpClient.list`. */
export async function listEntries(
  context: ClientContext,
  path: string | undefined,
  tried: string,
  signal: AbortSignal | undefined,
  { mustBeSure = false, all = false }: Pick<ListOptions, "mustBeSure" | "all"> = {},
): Promise<ListedEntry[]> {
  const request = { context, path: path === "" || path === "." ? undefined : path, tried, signal, mustBeSure, all };
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
  const entries = bytes === undefined ? [] : parseLines(context, bytes);
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
