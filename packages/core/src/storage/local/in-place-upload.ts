/** Uploads that are written under their name: appends, and everything where a storage is told to. */
import { constants } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { isWorthKeeping } from "../kept-uploads.ts";
import type { Entry } from "../storage.ts";
import { place } from "./jail.ts";
import { LocalWritable } from "./local-writable.ts";
import { ftruncate } from "./system-calls.ts";
import { openNamed } from "./over-upload.ts";
import { openTail } from "./tail-upload.ts";
import {
  changedMeanwhile,
  endingOf,
  finished,
  keptPlace,
  newFileMode,
  setAndSync,
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
  const { path, options } = target;
  const { fd, size, names } = await openNamed(around, target, O_WRONLY | O_APPEND);
  try {
    // It was changed between the look and the opening: nobody knows where this belongs.
    if (options.mode === "at" && size !== options.offset) throw changedMeanwhile(path);
  } catch (error) {
    await around.calls.close(fd);
    throw error;
  }
  if (names === 1) return growing(around, target, fd, size);
  await around.calls.close(fd);
  return openTail(around, target, size);
}

/** A file that is open for appending. @param begun - Bytes that it has. */
function growing(around: UploadSurroundings, target: UploadTarget, fd: number, begun: number): LocalWritable {
  const { calls, kept } = around;
  const { folder, path, options } = target;
  const ending = endingOf(target, {
    commit: async () => {
      const modified = await setAndSync(around, fd, options.modified);
      const after = await calls.fstat(fd);
      // Somebody replaced or removed the file: what was appended went with it.
      if (after.nlink === 0) throw changedMeanwhile(path);
      if (!kept.isEmpty) kept.discard(options.uploader, keptPlace(folder, path));
      return finished(path, after.size, modified);
    },
    abandon: async (size, cause) => {
      // What there was no room for goes, unless somebody else has added to it.
      if (!isWorthKeeping(cause) && (await calls.fstat(fd)).size === size) await ftruncate(fd, begun);
    },
    close: () => calls.close(fd),
  });
  return new LocalWritable(fd, path, { position: begun, appends: true }, ending, around.pace);
}

/** Opens a file that is written under its name from the start. */
export async function openInPlace(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { calls, pace } = around;
  const { folder, path, options, there } = target;
  const { mode = "replace", permissions = newFileMode } = options;
  const how = mode === "create" ? O_EXCL : mode === "append" ? O_APPEND : O_TRUNC;
  const fd = await calls.open(
    place(folder, path),
    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | how,
    permissions,
    mode === "replace" ? (there?.size ?? 0) : 0,
  );
  const ending = endingOf(target, {
    commit: async (size) => finished(path, size, await setAndSync(around, fd, options.modified)),
    abandon: () => Promise.resolve(),
    close: () => calls.close(fd),
  });
  try {
    const { size } = await calls.fstat(fd);
    return new LocalWritable(fd, path, { position: size, appends: mode === "append" }, ending, pace);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
}
