/** Files of this machine as the ends of a transfer, with the callback system calls: fewer costs a chunk. */
import fs from "node:fs";
import { open as openHandle, rename, rm, stat, utimes, type FileHandle } from "node:fs/promises";
import { InlinePace, isCallbackError, type ReadableFile, type WritableFile } from "../bytes/index.ts";
import {
  findDestination,
  handleReadable,
  openDestination,
  type Destination,
  type OpenDestination,
} from "../storage/index.ts";
import { LocalFileError } from "./errors.ts";

/** Opens a local file for reading. @throws LocalFileError. */
export async function openLocalRead(
  path: string,
  offset: number,
): Promise<ReadableFile & { readonly modified: number }> {
  const tried = `Reading ${path}`;
  const handle = await openOr(path, "r", tried);
  try {
    const stats = await guarded(tried, handle.stat());
    if (!stats.isFile()) throw new LocalFileError(tried, "it is not a file");
    const failed = (cause: Error): Error => new LocalFileError(tried, cause.message, { cause });
    const { size } = stats;
    return { ...handleReadable(handle, { size, offset, failed }), modified: Math.floor(stats.mtimeMs) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** How a local file is written. */
export interface LocalWriteOptions {
  /** Octets that stay, of the file that is gone on with; 0 begins anew, under a temporary name. */
  readonly offset: number;
  /** What is gone on with; without it, the file itself. */
  readonly resumed?: string | undefined;
  /** When the file is to be told to have been modified, in milliseconds. */
  readonly modified?: number | undefined;
}

/** Where a broken download to `path` is kept, to be gone on with. */
export function partPath(path: string): string {
  return `${path}.part`;
}

/** Where a download to `path` goes: links are followed. @throws LocalFileError. */
export function localDestination(path: string): Promise<Destination> {
  return guarded(`Writing ${path}`, findDestination(path));
}

/** What of a download is here already: what a broken one left, or else the file itself. */
export async function findResumable(path: string): Promise<{ readonly file: string; readonly size: number }> {
  for (const file of [partPath(path), path]) {
    const stats = await stat(file).catch(() => undefined);
    if (stats?.isFile() === true) return { file, size: stats.size };
  }
  return { file: path, size: 0 };
}

/** A broken download turned out to be whole: it takes its name, and its time in milliseconds. @throws LocalFileError. */
export async function takeName(file: string, path: string, modified?: number): Promise<void> {
  if (modified !== undefined) await guarded(`Writing ${path}`, utimes(file, modified / 1000, modified / 1000));
  if (file !== path) await guarded(`Writing ${path}`, rename(file, path));
}

/**
 * Opens a local file for writing: under a temporary name, which becomes its own once it is whole. What is given up is
 * kept under `partPath`. Devices and pipes are written themselves.
 *
 * @throws LocalFileError.
 */
export async function openLocalWrite(
  destination: Destination,
  options: LocalWriteOptions,
): Promise<WritableFile<number>> {
  const { path, replaceable } = destination;
  const tried = `Writing ${path}`;
  const resumes = options.offset > 0 && replaceable;
  const { handle, written } = resumes
    ? await openResumed(options.resumed ?? path, tried)
    : await guarded(tried, openDestination(destination));
  const pace = new InlinePace();
  let position = options.offset;
  let given: Uint8Array = new Uint8Array(0);
  if (resumes) await handle.truncate(position);
  const failed = (cause: Error): Error => new LocalFileError(tried, cause.message, { cause });
  const put = (parts: readonly Uint8Array[]): Promise<number> =>
    new Promise((resolve, reject) => {
      fs.writev(handle.fd, parts, replaceable ? position : null, (cause, count) => {
        if (isCallbackError(cause)) return reject(failed(cause));
        position += count;
        return resolve(count);
      });
    });
  const writev = async (from: readonly Uint8Array[]): Promise<void> => {
    let parts = from.filter((part) => part.length > 0);
    while (parts.length > 0) parts = after(parts, await put(parts));
  };
  let scattered = false;
  const writeAt = async (from: Uint8Array, place: number): Promise<void> => {
    scattered = true;
    const end = Math.max(position, place + from.length);
    position = place;
    try {
      await writev([from]);
    } finally {
      position = end;
    }
  };
  const putGiven = (): boolean => {
    try {
      for (let at = 0; at < given.length;) {
        const count = fs.writeSync(handle.fd, given, at, given.length - at, position);
        position += count;
        at += count;
      }
      return true;
    } catch (cause) {
      throw failed(cause as Error); // As above.
    }
  };
  return {
    write: (from) => writev([from]),
    writev,
    ...(replaceable ? { writeAt } : {}),
    writeNow: (from) => {
      // A pipe's reader may take its time.
      if (!replaceable) return false;
      given = from;
      return pace.attempt(putGiven) ?? false;
    },
    commit: async () => {
      await finish(handle, replaceable ? options.modified : undefined, tried);
      await takeName(written, path);
      return position;
    },
    abandon: async () => {
      await handle.close().catch(() => undefined);
      if (resumes || !replaceable) return;
      const remove = (): Promise<void> => rm(written, { force: true });
      // What lies before the end of a file that was written in any order need not have come.
      if (position > 0 && !scattered) await rename(written, partPath(path)).catch(remove);
      else await remove();
    },
  };
}

/** What is left of the parts after a write that may have been short. */
function after(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  let first = 0;
  for (let part = parts[first]; part !== undefined && left >= part.length; part = parts[++first]) left -= part.length;
  const rest = parts[first];
  return rest === undefined ? [] : [rest.subarray(left), ...parts.slice(first + 1)];
}

async function finish(handle: FileHandle, modified: number | undefined, tried: string): Promise<void> {
  try {
    if (modified !== undefined) await handle.utimes(modified / 1000, modified / 1000);
  } finally {
    await guarded(tried, handle.close());
  }
}

async function openResumed(path: string, tried: string): Promise<OpenDestination> {
  return { handle: await openOr(path, "r+", tried), written: path };
}

function openOr(path: string, flags: string, tried: string): Promise<FileHandle> {
  return guarded(tried, openHandle(path, flags));
}

async function guarded<T>(tried: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    throw new LocalFileError(tried, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
