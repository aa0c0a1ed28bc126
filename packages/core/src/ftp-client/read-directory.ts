/**
 * The listing of one directory as octets: whole, or none. What is blank, and what breaks off within a line, may be the
 * server's way, or not all there is; another directory tells which.
 */
import { posix } from "node:path";
import type { ClientContext } from "./client-context.ts";
import { hasDots, isBlank, learnDots, listAll, lookAgain, uncertain } from "./empty-directory.ts";
import { FtpTransferError } from "./errors.ts";
import { parsed, parseLines, readBytes, type ListingRequest } from "./read-listing.ts";
import { inDirectory, workingDirectory } from "./working-directory.ts";

/** The octets of a directory's listing, and what is not certain about them. */
export interface DirectoryListing {
  readonly bytes: Uint8Array;
  /** `blank`: it may be empty, or unreadable. `unended`: its last line may be cut off, or the server ends no last line. */
  readonly doubt?: "blank" | "unended";
}

/** Reads a listing, and takes a second look where it is blank. @throws FtpTransferError `broken` where it breaks off. */
export async function readDirectory(
  request: ListingRequest,
  verb: "LIST" | "NLST",
  argument: string | undefined,
): Promise<DirectoryListing> {
  const { context, tried } = request;
  const { known } = context;
  const bytes =
    (verb === "LIST" ? await readAll(request, argument) : undefined) ?? (await readBytes(request, verb, argument));
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

/** What LIST tells with the switch that shows all names; undefined where it is not wanted, or the server does not know it. */
async function readAll(request: ListingRequest, argument: string | undefined): Promise<Uint8Array | undefined> {
  const { context, all } = request;
  if (all !== true || context.known.misreadsAll === true) return undefined;
  const bytes = await listAll(context.known, (more) => readBytes(request, "LIST", more), argument);
  if (bytes === undefined || isBlank(bytes)) return undefined;
  // "-a: No such file or directory", "invalid option", or names alone: the switch was taken for something else.
  const entries = parseLines(context, headOf(bytes));
  const isMisread = entries.length > 0 && entries.every(({ dialect }) => dialect === undefined);
  context.known.misreadsAll = isMisread;
  context.known.showsDots = !isMisread && hasDots(bytes);
  return isMisread ? undefined : bytes;
}

/** The first lines of a listing, as many as tell its form. */
function headOf(bytes: Uint8Array): Uint8Array {
  let end = 0;
  for (let lines = 0; lines < headLines && end < bytes.length; lines++) {
    const feed = bytes.indexOf(lineFeed, end);
    end = feed === -1 ? bytes.length : feed + 1;
  }
  return bytes.subarray(0, end);
}

const headLines = 16;

/**
 * Where a listing is in doubt, that of another directory tells how the server does it.
 *
 * @throws FtpTransferError where the listing is not whole; FtpReplyError.
 */
export async function settled(request: ListingRequest, listing: DirectoryListing): Promise<Uint8Array> {
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

const lineFeed = 10;

function endsLine(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 1] === lineFeed;
}

/** Half a name is another name, and who removes what is not listed would remove the whole one. */
function breaksOff(tried: string): FtpTransferError {
  return new FtpTransferError("broken", tried, "the listing breaks off in the middle of a line");
}

/**
 * Each entry of MLSD ends with its line (RFC 3659 §7.2): half a name is another name.
 *
 * @throws FtpTransferError `broken`.
 */
export function endingInLine(bytes: Uint8Array, tried: string): Uint8Array {
  if (bytes.length === 0 || endsLine(bytes)) return bytes;
  throw breaksOff(tried);
}
