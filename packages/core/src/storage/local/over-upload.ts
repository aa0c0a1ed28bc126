/** Files that are there and are written themselves, whatever the storage is told: their directories take no other one. */
import { constants, type Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import type { Entry } from "../storage.ts";
import { place } from "./jail.ts";
import { LocalWritable } from "./local-writable.ts";
import { demandRegular } from "./regular-file.ts";
import { ftruncate } from "./system-calls.ts";
import { storageError, systemCode } from "./system-errors.ts";
import {
  changedMeanwhile,
  endingOf,
  finished,
  keptPlace,
  setAndSync,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/**
 * Opens a file that is there and is written itself, since its directory may not be. Nothing of it is lost before something
 * comes; when the upload breaks, what came stays, and its size tells where to go on.
 *
 * @param offset - Bytes that stay.
 * @throws StorageError `permission-denied` for a file of several names: one of them may lie outside of the root.
 */
export async function openOver(
  around: UploadSurroundings,
  target: UploadTarget,
  offset = 0,
): Promise<WritableFile<Entry>> {
  const { calls, kept } = around;
  const { folder, path, options } = target;
  const { fd, size: before, names } = await openNamed(around, target, O_WRONLY);
  try {
    if (names !== 1) throw storageError("permission-denied", path);
    if (before < offset) throw changedMeanwhile(path);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
  const ending = endingOf(target, {
    commit: async (size) => {
      await ftruncate(fd, size);
      const modified = await setAndSync(around, fd, options.modified);
      if (!kept.isEmpty) kept.changed(keptPlace(folder, path), true);
      return finished(path, size, modified);
    },
    abandon: async (size) => {
      if (size > offset) await ftruncate(fd, size);
    },
    close: () => calls.close(fd),
  });
  return new LocalWritable(fd, path, { position: offset }, ending, around.pace);
}

/**
 * Opens the file that has the name, and that was there a moment ago.
 *
 * @returns A descriptor, the file's size, and how many names it has. The latter is asked of the name, not of the descriptor: a
 *   file whose only name is here has none outside of the root.
 */
export async function openNamed(
  around: UploadSurroundings,
  target: UploadTarget,
  flags: number,
): Promise<{ readonly fd: number; readonly size: number; readonly names: number }> {
  const { calls } = around;
  const { folder, path } = target;
  const fd = await openThere(around, target, flags);
  try {
    const opened = await calls.fstat(fd);
    demandRegular(opened, path);
    const named = await calls.present(place(folder, path));
    if (named === undefined || !isSameFile(named, opened)) throw changedMeanwhile(path);
    return { fd, size: opened.size, names: named.nlink };
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
}

/** Opens the file that was there a moment ago: that it is gone now is no reason to refuse an upload for good. */
export async function openThere(
  { calls }: UploadSurroundings,
  { folder, path }: UploadTarget,
  flags: number,
): Promise<number> {
  try {
    return await calls.open(place(folder, path), flags | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    throw systemCode(error) === "ENOENT" ? changedMeanwhile(path) : error;
  }
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
