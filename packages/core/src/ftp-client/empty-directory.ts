/**
 * Whether a directory is empty, or cannot be read. ProFTPD answers LIST in a directory that may be entered but not read
 * as if it were empty: 150, nothing, `226 Transfer complete`. What tells the two apart is the directory's own line:
 * `LIST -a` shows `.` and `..` where the directory could be opened, and nothing where it could not.
 *
 * Servers that do not know the switch show neither anywhere; that is learnt once a session, by a look at another directory.
 */
import { FtpReplyError, FtpTransferError } from "./errors.ts";

/** What LIST says with some arguments. @throws FtpReplyError for a refusal, in code or in words. */
export type ReadList = (argument: string | undefined) => Promise<Uint8Array>;

/** Whether `LIST -a` tells directories themselves on this server; undefined while that is not known. */
export interface DotsKnowledge {
  showsDots: boolean | undefined;
  /** Whether it is taken for something else than a switch; undefined while that is not known. */
  misreadsAll: boolean | undefined;
}

/** What a second look said. */
export interface SecondLook {
  /** What is in it: nothing, or what only the switch shows. */
  readonly bytes: Uint8Array;
  /** Set where it is still not known whether the directory can be read. */
  readonly doubt?: "blank";
}

const nothing = new Uint8Array(0);

/**
 * Takes a second look at a directory whose listing is blank.
 *
 * @param path - What stands behind the switch, where the directory was not entered.
 * @throws FtpTransferError `incomplete-listing` where it cannot be read; FtpReplyError where the server says so.
 */
export async function lookAgain(
  known: DotsKnowledge,
  tried: string,
  read: ReadList,
  path?: string,
): Promise<SecondLook> {
  if (known.showsDots === false) return { bytes: nothing };
  const all = await listAll(known, read, path);
  if (all === undefined) return { bytes: nothing };
  if (hasDots(all)) known.showsDots = true;
  if (!isBlank(all)) return { bytes: all };
  if (known.showsDots === true) throw unreadable(tried);
  return { bytes: nothing, doubt: "blank" };
}

/**
 * Finds out what the switch means to the server, by another directory.
 *
 * @param read - Lists that other directory.
 * @returns Whether that is known now.
 * @throws FtpTransferError `incomplete-listing` where the other directory is told itself, so that the first cannot be read.
 */
export async function learnDots(known: DotsKnowledge, tried: string, read: ReadList): Promise<boolean> {
  const all = await listAll(known, read, undefined);
  if (all === undefined) return true;
  if (isBlank(all)) return false;
  known.showsDots = hasDots(all);
  if (known.showsDots) throw unreadable(tried);
  return true;
}

/** LIST with the switch; undefined where the server takes it for a name, or refuses it. */
export async function listAll(
  known: DotsKnowledge,
  read: ReadList,
  path: string | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return await read(path === undefined ? "-a" : `-a ${path}`);
  } catch (error) {
    if (!(error instanceof FtpReplyError) || !isRefusedSwitch(error)) throw error;
    known.showsDots = false;
    known.misreadsAll = true;
    return undefined;
  }
}

/** Not a success whose words say that it failed, nor trouble with connections, which is 42x (RFC 959 §4.2). */
function isRefusedSwitch({ code }: FtpReplyError): boolean {
  return code >= 430;
}

/** Whether there is nothing in a listing. A total, or any other line, shows that the directory was opened. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((octet) => octet === 0x20 || (octet >= 0x09 && octet <= 0x0d));
}

/** Whether a directory tells itself, or the one above. */
export function hasDots(bytes: Uint8Array): boolean {
  return /(?:^|[\s;])\.\.?\/?[ \t]*$/m.test(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"),
  );
}

function unreadable(tried: string): FtpTransferError {
  const why =
    "the server shows nothing in it, and not even the directory itself, as it does elsewhere: it cannot be read";
  return new FtpTransferError("incomplete-listing", tried, why, { verb: "LIST" });
}

/** Nothing was listed anywhere, so that nobody knows what a directory in which there is nothing looks like. */
export function uncertain(tried: string): FtpTransferError {
  const why = "the server shows nothing in it, and does not tell whether it is empty or cannot be read";
  return new FtpTransferError("incomplete-listing", tried, why, { verb: "LIST" });
}
