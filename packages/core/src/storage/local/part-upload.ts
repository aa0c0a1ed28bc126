/**
 * Uploads as a hidden part beside their target, which takes the name when it is whole. Until then the target's directory
 * is held open: the part becomes a file of that directory, wherever it was moved to meanwhile.
 */
import { constants, type Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { isWorthKeeping, type KeptUpload } from "../kept-uploads.ts";
import type { Entry } from "../storage.ts";
import { makePartName } from "./hidden-names.ts";
import { lockName, place, type Folder } from "./jail.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { processUmask } from "./process-umask.ts";
import { fsync, ftruncate, type SystemCalls } from "./system-calls.ts";
import { fromSystemError, storageError } from "./system-errors.ts";
import {
  demandUnchanged,
  finished,
  identityOrNone,
  keptPlace,
  newFileMode,
  setModified,
  type LocalPart,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

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

/** Opens a part for a file that is new, or that replaces the one that is there. */
export async function openPart(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { there, options } = target;
  const { fd, name } = await createPart(around, target.folder, options.permissions ?? newFileMode);
  const base = identityOrNone(there);
  const part: OpenPart = { fd, name, position: 0, base, checksBase: options.mode === "append" };
  try {
    await setMode(around.calls, fd, there, options.permissions ?? newFileMode);
    return writable(around, target, part);
  } catch (error) {
    await removeOpen(around, target.folder, part);
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

/** Creates an empty hidden part in a directory. */
export async function createPart(
  around: UploadSurroundings,
  folder: Folder,
  permissions: number,
): Promise<{ readonly fd: number; readonly name: string }> {
  await around.journal.note(folder.real, folder.identity());
  const name = makePartName(around.instance);
  around.active.add(name);
  try {
    const how = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    return { name, fd: await around.calls.open(`${folder.base}${name}`, how, permissions & 0o777) };
  } catch (error) {
    around.active.delete(name);
    throw error;
  }
}

/** A replaced file passes its permission bits on; a new one has those asked for, whatever the process's umask. */
export async function setMode(
  calls: SystemCalls,
  fd: number,
  there: Stats | undefined,
  permissions: number,
): Promise<void> {
  const mode = there === undefined ? permissions : there.mode & 0o777;
  if (there !== undefined || (mode & processUmask) !== 0) await calls.fchmod(fd, mode);
}

/** Removes a hidden part, which may be gone already. */
export async function removePart(around: UploadSurroundings, folder: Folder, name: string): Promise<void> {
  await around.calls.unlink(`${folder.base}${name}`, Infinity).catch(() => undefined);
  around.active.delete(name);
}

/** Has the disk know of a directory's names. */
export async function syncFolder(calls: SystemCalls, folder: Folder): Promise<void> {
  const fd = await calls.open(`${folder.base}.`, O_RDONLY | O_DIRECTORY);
  try {
    await fsync(fd);
  } finally {
    await calls.close(fd);
  }
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
    const modified = await setModified(calls, fd, options.modified);
    if (durability !== "none") await fsync(fd);
    open = false;
    await calls.close(fd);
    await around.locks.alone([lockName(folder, path)], async () => {
      if (part.checksBase) await demandUnchanged(calls, place(folder, path), path, part.base);
      const how = { creates: options.mode === "create", replaced: there?.size ?? 0 };
      await takeName(calls, `${folder.base}${part.name}`, place(folder, path), how);
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

/**
 * A hidden part becomes the file of a name.
 *
 * @param how - Whether the name must be free, and bytes of the file that is replaced.
 */
export async function takeName(
  calls: SystemCalls,
  hidden: string,
  visible: string,
  how: { readonly creates: boolean; readonly replaced: number },
): Promise<void> {
  if (how.creates) {
    // A second name fails where one exists: whoever took it in the meantime keeps it.
    await calls.link(hidden, visible);
    await calls.unlink(hidden, 0);
  } else await calls.rename(hidden, visible, how.replaced);
}

async function removeOpen(around: UploadSurroundings, folder: Folder, part: OpenPart): Promise<void> {
  await around.calls.close(part.fd).catch(() => undefined);
  await removePart(around, folder, part.name);
}
