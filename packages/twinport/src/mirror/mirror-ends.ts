/** The two folders of a mirror as storages: of this machine, or of a server. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { FtpStorage, LocalFileError } from "@twinport/core/ftp-client";
import { LocalStorage, type Storage } from "@twinport/core/storage";
import { UsageError } from "../exit-codes.ts";
import { withoutPassword } from "../remote/each.ts";
import { ServerPools, type Note } from "../remote/server-pools.ts";
import { isUrl, readUrl } from "../remote/session.ts";
import { defaultTransfers } from "../remote/transfer-flags.ts";
import type { MirrorFlags } from "./mirror-flags.ts";

/** One end. */
export interface MirrorEnd {
  readonly storage: Storage;
  /** The folder in it. */
  readonly path: string;
  /** The folder of this machine; undefined for one of a server. */
  readonly local: string | undefined;
  /** What people call it; without a password. */
  readonly name: string;
  close(): Promise<void>;
}

/** Opens both ends. @throws UsageError, LocalFileError. */
export async function openEnds(
  source: string,
  target: string,
  flags: MirrorFlags,
  signal: AbortSignal,
  note: Note,
): Promise<readonly [MirrorEnd, MirrorEnd]> {
  demandApart(source, target);
  if (!isUrl(source)) await demandFolder(source);
  return [await openEnd(source, flags, signal, note), await openEnd(target, flags, signal, note)];
}

/** A folder that is mirrored into itself would grow for ever. */
function demandApart(source: string, target: string): void {
  if (isUrl(source) || isUrl(target)) return;
  const between = relative(resolve(source), resolve(target));
  const above = relative(resolve(target), resolve(source));
  const isInside = (path: string): boolean => path !== ".." && !path.startsWith(`..${sep}`) && resolve(path) !== path;
  if (between === "" || isInside(between) || isInside(above)) {
    throw new UsageError("One of the folders lies in the other");
  }
}

async function demandFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (cause) {
    throw new LocalFileError(`Reading ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  throw new UsageError(`${path} is no folder; get, put and copy are for files`);
}

/**
 * Makes the target's folder, where it is one of this machine and missing.
 *
 * @returns The target as it is now; the one before is closed where it is another.
 * @throws LocalFileError.
 */
export async function madeTarget(end: MirrorEnd): Promise<MirrorEnd> {
  const { local, path } = end;
  if (local === undefined || path === "/") return end;
  try {
    await mkdir(local, { recursive: true });
  } catch (cause) {
    throw new LocalFileError(`Making ${local}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  await end.close();
  return localEnd(end.name, local, "/");
}

function localEnd(name: string, root: string, path: string): MirrorEnd {
  const storage = new LocalStorage({ root });
  return { storage, path, local: resolve(root, path === "/" ? "." : path), name, close: () => storage.close() };
}

/** The folder that is there, of a path and those above it. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestFolder(dirname(path));
}

async function openEnd(text: string, flags: MirrorFlags, signal: AbortSignal, note: Note): Promise<MirrorEnd> {
  const name = withoutPassword(text);
  if (!isUrl(text)) {
    // A plan is made before the target is.
    const local = resolve(text);
    const root = await nearestFolder(local);
    return localEnd(name, root, root === local ? "/" : relative(root, local).replaceAll(sep, "/"));
  }
  const url = readUrl(text);
  // Sessions of its own for each end: with those of one pool all could read, and none could write what was read. What is
  // tried again is the mirror's to say.
  const pools = new ServerPools({ ...flags, transfers: flags.parallel ?? defaultTransfers, retries: 0 }, signal, note);
  const storage = new FtpStorage(await pools.of(url), {
    root: url.path.startsWith("/") ? "/" : "",
    // What is to be gone on with must lie under its name.
    temporaryNames: flags.continue !== true,
  });
  return { storage, path: url.path.replace(/^\/+|\/+$/g, ""), local: undefined, name, close: () => pools.close() };
}
