/**
 * Users of `serve`: from options, a file or the environment.
 *
 *     NAME:PASSWORD[:ro|rw]
 *     NAME:{PLAIN}PASSWORD[:ro|rw]    whatever the password looks like
 *     NAME:$scrypt$…[:ro|rw]          as hashPassword of the library makes it
 *
 * Password hashes of other programs are refused. No error shows a password.
 */
import { isPasswordHash, passwordLimit, readOnly, readWrite, type StaticUser } from "@twinport/core/accounts";
import { readFile, stat } from "node:fs/promises";
import { printable, UsageError } from "../exit-codes.ts";
import { foreignHash, suspectedHash } from "./foreign-hash.ts";

/** The largest file of users, in bytes. */
const fileLimit = 16 * 1024 * 1024;

/** Where users come from. */
export interface UserSources {
  readonly user?: readonly string[];
  readonly usersFile?: string;
}

/** One entry, and where it stands, as errors tell it. */
interface UserEntry {
  readonly text: string;
  readonly where: string;
}

/**
 * Gathers the users.
 *
 * @param warn - Told of a file that others may read, and of passwords that look like hashes.
 * @throws UsageError that names the flag, the variable, or the file and its line.
 */
export async function gatherUsers(sources: UserSources, warn: (message: string) => void): Promise<StaticUser[]> {
  const { user = [], usersFile } = sources;
  const entries: UserEntry[] = user.map((text, index) => ({
    text,
    where: user.length === 1 ? "--user" : `--user (number ${index + 1})`,
  }));
  entries.push(...entriesOf(process.env["TWINPORT_USERS"] ?? ""));
  if (usersFile !== undefined) entries.push(...linesOf(usersFile, await readUsers(usersFile, warn)));
  const seen = new Map<string, string>();
  return entries.map(({ text, where }) => {
    const parsed = parseUser(text, where, warn);
    const before = seen.get(parsed.name);
    if (before !== undefined) {
      throw new UsageError(`${where}: the user ${printable(parsed.name)} is there already (${before})`);
    }
    seen.set(parsed.name, where);
    return parsed;
  });
}

/** The entries of the variable. The commas within our own hashes part nothing. */
function entriesOf(text: string): UserEntry[] {
  return text
    .split(/\r\n|[\r\n]|,(?!(?:r=\d{1,2},)?p=\d{1,2}\$)/)
    .map((entry, index) => ({ text: entry.trim(), where: `TWINPORT_USERS (entry ${index + 1})` }))
    .filter(isEntry);
}

/** The entries of a file, whose lines may end in LF, CR LF or CR. @throws UsageError for a line that is not UTF-8. */
function linesOf(file: string, content: Buffer): UserEntry[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return content
    .toString("latin1")
    .split(/\r\n|[\r\n]/)
    .map((line, index) => {
      const where = `${file}:${index + 1}`;
      if (line.includes("\0"))
        throw new UsageError(`${where}: the line holds a NUL; the file must be UTF-8, not UTF-16`);
      try {
        return { text: decoder.decode(Buffer.from(line, "latin1")).trim(), where };
      } catch (cause) {
        throw new UsageError(`${where}: the line is not UTF-8`, { cause });
      }
    })
    .filter(isEntry);
}

function isEntry({ text }: UserEntry): boolean {
  return text !== "" && !text.startsWith("#");
}

async function readUsers(path: string, warn: (message: string) => void): Promise<Buffer> {
  try {
    const { mode, size } = await stat(path);
    if (size > fileLimit) throw new Error(`it is larger than ${fileLimit} bytes`);
    if ((mode & 0o044) !== 0 && process.platform !== "win32") {
      warn(`${path} may be read by others; chmod 600 ${path} keeps its passwords`);
    }
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path}: the file of users cannot be read: ${why}`, { cause });
  }
}

/** Before a plain password, whatever it looks like. */
const plainMark = /^\{PLAIN\}/i;

/**
 * Reads `NAME:PASSWORD[:ro|rw]`; the password may hold colons.
 *
 * @param where - Where it stands, for errors.
 * @param warn - Told of a password that looks like a hash, and may be none.
 * @throws UsageError; the message never shows the password.
 */
export function parseUser(text: string, where: string, warn: (message: string) => void = () => undefined): StaticUser {
  const colon = text.indexOf(":");
  if (colon === -1) throw new UsageError(`${where}: there is no colon; a user is NAME:PASSWORD`);
  const name = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const mode = /:(ro|rw)$/.exec(rest)?.[1];
  const password = mode === undefined ? rest : rest.slice(0, -3);
  if (name === "") throw new UsageError(`${where}: the name is empty; a user is NAME:PASSWORD`);
  const permissions = mode === "ro" ? readOnly : readWrite;
  if (password.startsWith("$scrypt$")) {
    if (isPasswordHash(password)) return { name, passwordHash: password, permissions };
    throw new UsageError(`${where}: the password hash of ${printable(name)} is broken`);
  }
  return { name, password: plainPassword(password, printable(name), where, warn), permissions };
}

function plainPassword(password: string, name: string, where: string, warn: (message: string) => void): string {
  const isMarked = plainMark.test(password);
  const plain = isMarked ? password.replace(plainMark, "") : password;
  if (plain === "") throw new UsageError(`${where}: the password of ${name} is empty`);
  if (Buffer.byteLength(plain) > passwordLimit) {
    throw new UsageError(`${where}: the password of ${name} is longer than ${passwordLimit} bytes`);
  }
  if (isMarked) return plain;
  const foreign = foreignHash(password);
  if (foreign !== undefined) {
    throw new UsageError(
      `${where}: what ${name} has for a password is ${foreign}, which cannot be verified here; give the password itself` +
        ` (${name}:{PLAIN}… if it looks so), or its $scrypt$ hash`,
    );
  }
  const suspected = suspectedHash(password);
  if (suspected !== undefined) {
    warn(`${where}: the password of ${name} looks like ${suspected}, and is taken as it is; {PLAIN} before it says so`);
  }
  return plain;
}
