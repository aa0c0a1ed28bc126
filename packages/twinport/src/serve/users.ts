/** Users of `serve`: from options, a file or the environment. */
import { isPasswordHash, readOnly, readWrite, type StaticUser } from "@twinport/core/accounts";
import { readFile, stat } from "node:fs/promises";
import { UsageError } from "../exit-codes.ts";

/** Where users come from. */
export interface UserSources {
  readonly user?: readonly string[];
  readonly usersFile?: string;
}

/** Gathers the users. @param warn - Told of a file that others may read. */
export async function gatherUsers(sources: UserSources, warn: (message: string) => void): Promise<StaticUser[]> {
  const users = (sources.user ?? []).map(parseUser);
  const fromEnvironment = process.env["TWINPORT_USERS"];
  if (fromEnvironment !== undefined) users.push(...parseUsers(fromEnvironment.split(/[\n,]/)));
  if (sources.usersFile !== undefined)
    users.push(...parseUsers((await readUsers(sources.usersFile, warn)).split("\n")));
  const names = new Set<string>();
  for (const { name } of users) {
    if (names.has(name)) throw new UsageError(`The user ${name} is named twice`);
    names.add(name);
  }
  return users;
}

async function readUsers(path: string, warn: (message: string) => void): Promise<string> {
  try {
    if (((await stat(path)).mode & 0o044) !== 0 && process.platform !== "win32") {
      warn(`${path} may be read by others; chmod 600 ${path} keeps its passwords`);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`The file of users cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseUsers(lines: readonly string[]): StaticUser[] {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseUser);
}

/**
 * Reads `NAME:PASSWORD[:ro|rw]`; the password may hold colons, and may be a hash that begins with `$scrypt$`.
 *
 * @throws UsageError; the message never shows the password.
 */
export function parseUser(text: string): StaticUser {
  const colon = text.indexOf(":");
  const name = colon === -1 ? text : text.slice(0, colon);
  const rest = colon === -1 ? "" : text.slice(colon + 1);
  const mode = /:(ro|rw)$/.exec(rest)?.[1];
  const password = mode === undefined ? rest : rest.slice(0, -3);
  if (name === "" || password === "")
    throw new UsageError("A user is NAME:PASSWORD, with :ro or :rw at the end if wanted");
  const permissions = mode === "ro" ? readOnly : readWrite;
  if (!password.startsWith("$scrypt$")) return { name, password, permissions };
  if (!isPasswordHash(password)) throw new UsageError(`The password hash of ${name} is broken`);
  return { name, passwordHash: password, permissions };
}
