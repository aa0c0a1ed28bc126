/** Uploads that are written under their name: appends, and everything where a storage is told to. */
import { constants, type Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { isWorthKeeping } from "../kept-uploads.ts";
import type { Entry } from "../storage.ts";
import { place } from "./jail.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { demandRegular } from "./regular-file.ts";
import { fsync, ftruncate } from "./system-calls.ts";
import { fromSystemError } from "./system-errors.ts";
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
  const fd = await calls.open(place(target.folder, path), O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
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
        const modified = await setModified(calls, fd, options.modified);
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
        const modified = await setModified(calls, fd, options.modified);
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
