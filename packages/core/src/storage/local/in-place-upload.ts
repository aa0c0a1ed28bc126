/** Uploads that are written under their name: appends, and everything where a storage is told to. */
import { constants, type Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { isWorthKeeping } from "../kept-uploads.ts";
import type { Entry } from "../storage.ts";
import { place } from "./jail.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { demandRegular } from "./regular-file.ts";
import { fsync, ftruncate } from "./system-calls.ts";
import { fromSystemError, storageError, systemCode } from "./system-errors.ts";
import { openTail } from "./tail-upload.ts";
import {
  changedMeanwhile,
  finished,
  keptPlace,
  newFileMode,
  setModified,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

/**
 * Opens a file that grows by what comes. It begins at once, whatever the file's size, and needs room for what comes only.
 * Everybody sees it grow; when it breaks, what came stays, so that its size tells where to go on. O_APPEND has nobody write
 * over what another process appends.
 */
export async function openAppend(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { calls } = around;
  const { path, options } = target;
  const fd = await openThere(around, target, O_WRONLY | O_APPEND);
  let size: number;
  try {
    const before = await calls.fstat(fd);
    demandRegular(before, path);
    ({ size } = before);
    // It was changed between the look and the opening: nobody knows where this belongs.
    if (options.mode === "at" && size !== options.offset) throw changedMeanwhile(path);
    const named = await calls.present(place(target.folder, path));
    if (named === undefined || !isSameFile(named, before)) throw changedMeanwhile(path);
    // Asked of the name, not of the descriptor: a file whose only name is here has none outside of the root.
    if (named.nlink === 1) return growing(around, target, fd, size);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
  await calls.close(fd);
  return openTail(around, target, size);
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

/** A file that is open for appending. @param begun - Bytes that it has. */
function growing(around: UploadSurroundings, target: UploadTarget, fd: number, begun: number): LocalWritable {
  const { calls, kept, pace, durability } = around;
  const { folder, path, options } = target;
  const end = async (): Promise<void> => {
    target.release();
    await calls.close(fd);
  };
  const ending: UploadEnding = {
    commit: async () => {
      try {
        const modified = await setModified(around, fd, options.modified);
        if (durability !== "none") await fsync(fd);
        const after = await calls.fstat(fd);
        // Somebody replaced or removed the file: what was appended went with it.
        if (after.nlink === 0) throw changedMeanwhile(path);
        if (!kept.isEmpty) kept.discard(options.uploader, keptPlace(folder, path));
        return finished(path, after.size, modified);
      } catch (error) {
        throw fromSystemError(error, path);
      } finally {
        await end();
      }
    },
    abandon: async (_, size, cause) => {
      try {
        // What there was no room for goes, unless somebody else has added to it.
        if (!isWorthKeeping(cause) && (await calls.fstat(fd)).size === size) await ftruncate(fd, begun);
      } finally {
        await end();
      }
    },
  };
  return new LocalWritable(fd, path, { position: begun, appends: true }, ending, pace);
}

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
  const { calls } = around;
  const { folder, path, options } = target;
  const fd = await openThere(around, target, O_WRONLY);
  try {
    const before = await calls.fstat(fd);
    demandRegular(before, path);
    const named = await calls.present(place(folder, path));
    if (named === undefined || !isSameFile(named, before)) throw changedMeanwhile(path);
    if (named.nlink !== 1) throw storageError("permission-denied", path);
    if (before.size < offset) throw changedMeanwhile(path);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
  const end = async (): Promise<void> => {
    target.release();
    await calls.close(fd);
  };
  const ending: UploadEnding = {
    commit: async (_, size) => {
      try {
        await ftruncate(fd, size);
        const modified = await setModified(around, fd, options.modified);
        if (around.durability !== "none") await fsync(fd);
        if (!around.kept.isEmpty) around.kept.changed(keptPlace(folder, path), true);
        return finished(path, size, modified);
      } catch (error) {
        throw fromSystemError(error, path);
      } finally {
        await end();
      }
    },
    abandon: async (_, size) => {
      try {
        if (size > offset) await ftruncate(fd, size);
      } finally {
        await end();
      }
    },
  };
  return new LocalWritable(fd, path, { position: offset }, ending, around.pace);
}

/** Opens a file that is written under its name from the start. */
export async function openInPlace(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { calls, pace, durability } = around;
  const { folder, path, options, there } = target;
  const { mode = "replace", permissions = newFileMode } = options;
  const how = mode === "create" ? O_EXCL : mode === "append" ? O_APPEND : O_TRUNC;
  const fd = await calls.open(
    place(folder, path),
    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | how,
    permissions,
    mode === "replace" ? (there?.size ?? 0) : 0,
  );
  const end = async (): Promise<void> => {
    target.release();
    await calls.close(fd);
  };
  const ending = {
    commit: async (_: number, length: number) => {
      try {
        const modified = await setModified(around, fd, options.modified);
        if (durability !== "none") await fsync(fd);
        return finished(path, length, modified);
      } catch (error) {
        throw fromSystemError(error, path);
      } finally {
        await end();
      }
    },
    abandon: end,
  };
  try {
    const { size } = await calls.fstat(fd);
    return new LocalWritable(fd, path, { position: size, appends: mode === "append" }, ending, pace);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
}
