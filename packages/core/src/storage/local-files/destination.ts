/**
 * Where a file of this machine is written: under a temporary name beside its own, which it takes once it is whole.
 *
 * Symbolic links are followed, so that they stay what they are, and the new file has the mode of the one it replaces. What
 * is no file (devices, pipes, and what the process has open, under `/dev/stdout` and `/dev/fd`) is written itself.
 */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, open, readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Octets of the name that a temporary name keeps: systems allow 255 in all. */
const keptName = 200;
/** Links that are followed one after another, as many as Linux follows. */
const linkLimit = 40;
/** The bits of a mode that a new file takes over: no set-id bits. */
const permissions = 0o777;

/** A place for a file. */
export interface Destination {
  /** The path, with its last links followed. */
  readonly path: string;
  /** What is there already. */
  readonly present: Stats | undefined;
  /** Whether a file may take the place of what is there. */
  readonly replaceable: boolean;
}

/** A destination that is open for writing. */
export interface OpenDestination {
  readonly handle: FileHandle;
  /** The path that is written: a temporary one where the destination is replaceable, the destination's own otherwise. */
  readonly written: string;
}

/** Looks where a path leads. @throws Error of the system. */
export async function findDestination(path: string): Promise<Destination> {
  let at = path;
  for (let links = 0; links < linkLimit; links++) {
    const present = await lstat(at).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
    if (present?.isSymbolicLink() !== true) {
      return { path: at, present, replaceable: present === undefined || present.isFile() };
    }
    const folder = await realpath(dirname(at));
    // Such a link stands for something that a process has open; its text need not name it.
    if (`${folder}/`.startsWith("/proc/")) return { path: at, present: await stat(at), replaceable: false };
    at = resolve(folder, await readlink(at));
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links, open '${path}'`), { code: "ELOOP" });
}

/** Opens a destination. @throws Error of the system, EISDIR for a folder. */
export async function openDestination(destination: Destination): Promise<OpenDestination> {
  const { path, present, replaceable } = destination;
  if (!replaceable) {
    // What is in an open file already is not ours to overwrite.
    const flags = constants.O_WRONLY | (present?.isFile() === true ? constants.O_APPEND : 0);
    return { handle: await open(path, flags), written: path };
  }
  const name = cut(basename(path), keptName);
  const written = join(dirname(path), `.${name}.${randomBytes(6).toString("hex")}.part`);
  if (present === undefined) return { handle: await open(written, "wx"), written };
  const handle = await open(written, "wx", present.mode & permissions);
  // Where the file system knows no owners or modes, or the user may not give files away, it stays as it was opened.
  if (present.uid !== process.getuid?.()) await handle.chown(present.uid, present.gid).catch(() => undefined);
  await handle.chmod(present.mode & permissions).catch(() => undefined);
  return { handle, written };
}

/** The start of a name, in at most so many octets of UTF-8, without half a character at its end. */
function cut(name: string, octets: number): string {
  return name.slice(0, new TextEncoder().encodeInto(name, new Uint8Array(octets)).read);
}
