/** Copies the first octets of a file into an open one: what stays of it when an upload starts within it. */
import fs, { constants, type Stats } from "node:fs";
import { isCallbackError } from "../../bytes/index.ts";
import type { VirtualPath } from "../virtual-path.ts";
import { place, type Folder } from "./jail.ts";
import { copyFile, ftruncate, type SystemCalls } from "./system-calls.ts";
import { storageError } from "./system-errors.ts";

/** Octets that are copied at once. */
const copySize: number = 1024 * 1024;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, COPYFILE_FICLONE } = constants;

/**
 * @param path - The file to copy from; it must be no link.
 * @param into - A descriptor to copy to, for reading and writing.
 * @param name - The name of that file in the same folder.
 * @param length - Octets to copy.
 * @returns What the file copied from was, and a descriptor of it, which is the caller's to close: as long as it is open, no
 *   other file gets its number.
 * @throws StorageError `offset-out-of-range` when it is shorter.
 */
export async function copyStart(
  calls: SystemCalls,
  folder: Folder,
  path: VirtualPath,
  into: number,
  name: string,
  length: number,
): Promise<{ readonly stats: Stats; readonly fd: number }> {
  const from = await calls.open(place(folder, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await calls.fstat(from);
    if (!stats.isFile() || stats.size < length) throw storageError("offset-out-of-range", path);
    if (process.platform === "linux" && stats.size === length) {
      // The whole file: the file system may share its blocks instead of copying them.
      await copyFile(`/proc/self/fd/${from}`, `${folder.base}${name}`, COPYFILE_FICLONE);
      await ftruncate(into, length);
    } else await copyOctets(from, into, length, path);
    return { stats, fd: from };
  } catch (error) {
    await calls.close(from);
    throw error;
  }
}

async function copyOctets(from: number, into: number, length: number, path: VirtualPath): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(copySize, length));
  for (let at = 0; at < length;) {
    const count = await read(from, buffer, Math.min(buffer.length, length - at), at);
    if (count === 0) throw storageError("offset-out-of-range", path);
    for (let written = 0; written < count;)
      written += await write(into, buffer, written, count - written, at + written);
    at += count;
  }
}

function read(fd: number, into: Uint8Array, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, 0, length, position, (error, count) => {
      if (isCallbackError(error)) reject(error);
      else resolve(count);
    });
  });
}

function write(fd: number, from: Uint8Array, at: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, from, at, length, position, (error, count) => {
      if (isCallbackError(error)) reject(error);
      else resolve(count);
    });
  });
}
