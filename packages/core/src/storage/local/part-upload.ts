/**
 * Uploads as a hidden part beside their target, which takes the name when it is whole. Until then the target's directory
 * is held open: the part becomes a file of that directory, wherever it was moved to meanwhile.
 */
import { constants } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { isWorthKeeping, type KeptUpload } from "../kept-uploads.ts";
import type { Entry } from "../storage.ts";
import { setAttributes } from "./file-attributes.ts";
import { isRefusal } from "./file-favours.ts";
import { createPart, mayReplace, removePart, syncFolder } from "./hidden-part.ts";
import { openOver } from "./over-upload.ts";
import { lockName, place, type Folder } from "./jail.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { ftruncate } from "./system-calls.ts";
import { fromSystemError, storageError } from "./system-errors.ts";
import { takeFreeName } from "./take-name.ts";
import {
  demandUnchanged,
  finished,
  identityOrNone,
  keptPlace,
  newFileMode,
  setAndSync,
  type LocalPart,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";

const { O_NOFOLLOW, O_RDWR } = constants;

/** A part that is being written. */
interface OpenPart {
  readonly fd: number;
  readonly name: string;
  /** Bytes that stay before what comes. */
  readonly position: number;
  /** The identity of what was under the name when the upload began. */
  readonly base: string | undefined;
  /** Whether that must still be there at the end. */
  readonly checksBase: boolean;
}

/**
 * Opens a part for a file that is new, or that replaces the one that is there. A file that may be written in a directory that
 * may not, or that nobody else may replace, is written itself.
 */
export async function openPart(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { folder, there, options } = target;
  const permissions = options.permissions ?? newFileMode;
  if (there !== undefined && !(await mayReplace(around, folder, there))) return openOver(around, target);
  let created: { readonly fd: number; readonly name: string };
  try {
    created = await createPart(around, folder, permissions);
  } catch (error) {
    if (there === undefined || !isRefusal(error)) throw error;
    return openOver(around, target);
  }
  const part: OpenPart = {
    ...created,
    position: 0,
    base: identityOrNone(there),
    checksBase: options.mode === "append",
  };
  try {
    await setAttributes(around.calls, around.favours, part.fd, there, permissions);
    return writable(around, target, part);
  } catch (error) {
    await removeOpen(around, folder, part);
    throw error;
  }
}

/** Goes on with a broken upload, whose first `position` bytes stay. */
export async function resumePart(
  around: UploadSurroundings,
  target: UploadTarget,
  kept: KeptUpload<LocalPart>,
  position: number,
): Promise<WritableFile<Entry>> {
  const { calls } = around;
  const { name } = kept.part;
  await around.journal.note(target.folder.real, target.folder.identity());
  const fd = await calls.open(`${target.folder.base}${name}`, O_RDWR | O_NOFOLLOW);
  try {
    if ((await calls.fstat(fd)).size < position) throw storageError("offset-out-of-range", target.path);
    await ftruncate(fd, position);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
  around.kept.take(kept);
  around.active.add(name);
  return writable(around, target, { fd, name, position, base: kept.base, checksBase: true });
}

function writable(around: UploadSurroundings, target: UploadTarget, part: OpenPart): LocalWritable {
  const { folder, path, options } = target;
  const { mode = "replace", uploader } = options;
  const ending: UploadEnding = {
    commit: async (fd, size) => {
      try {
        const modified = await commit(around, target, part, fd);
        if (!around.kept.isEmpty) around.kept.discard(uploader, keptPlace(folder, path));
        if (!around.kept.isEmpty) around.kept.changed(keptPlace(folder, path), true);
        return finished(path, size, modified);
      } finally {
        target.release();
      }
    },
    abandon: async (fd, size, cause) => {
      try {
        await around.calls.close(fd);
        if (uploader === undefined || size === 0 || mode === "create" || !isWorthKeeping(cause)) {
          await removePart(around, folder, part.name);
          return;
        }
        around.active.delete(part.name);
        const kept = { name: part.name, directory: folder.now() ?? folder.real };
        const { base } = part;
        around.kept.keep({ uploader, ...keptPlace(folder, path), part: kept, size, since: Date.now(), base });
      } finally {
        target.release();
      }
    },
  };
  return new LocalWritable(part.fd, path, { position: part.position }, ending, around.pace);
}

/** @returns The time that the file has, where one was asked for. */
async function commit(
  around: UploadSurroundings,
  { folder, path, options, there }: UploadTarget,
  part: OpenPart,
  fd: number,
): Promise<number | undefined> {
  const { calls, durability } = around;
  let open = true;
  try {
    // A directory that was moved out of the root is no place of this storage any more.
    if (!(await around.jail.holds(folder))) throw storageError("not-found", path);
    const modified = await setAndSync(around, fd, options.modified);
    open = false;
    await calls.close(fd);
    await around.locks.alone([lockName(folder, path)], async () => {
      if (part.checksBase) await demandUnchanged(calls, place(folder, path), path, part.base);
      const hidden = `${folder.base}${part.name}`;
      if (options.mode === "create") await takeFreeName(calls, around.favours, hidden, place(folder, path));
      else await calls.rename(hidden, place(folder, path), there?.size ?? 0);
    });
    around.active.delete(part.name);
    if (durability === "file+directory") await syncFolder(calls, folder);
    return modified;
  } catch (error) {
    if (open) await calls.close(fd).catch(() => undefined);
    await removePart(around, folder, part.name);
    throw fromSystemError(error, path);
  }
}

async function removeOpen(around: UploadSurroundings, folder: Folder, part: OpenPart): Promise<void> {
  await around.calls.close(part.fd).catch(() => undefined);
  await removePart(around, folder, part.name);
}
