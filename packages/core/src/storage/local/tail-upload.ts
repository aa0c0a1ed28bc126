/**
 * Uploads that begin within a file (REST n and STOR, RFC 3659 §5.3) and shorten it before they make it longer.
 *
 * What comes lies in a hidden part that begins where the upload does, so that nothing has to be copied first. When it is
 * whole, it takes the place of the file's end; when it breaks, the file is as it was. On file systems that share blocks
 * between files, and for short beginnings, the end is replaced in a copy, which then takes the name in one step. Elsewhere
 * the part is written into the file, and a crash in between is made good by the next instance (`upload-journal.ts`).
 *
 * A file of several names is always copied, appends included: it becomes a file of its own.
 */
import { constants, type Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import type { Entry } from "../storage.ts";
import { baseName } from "../virtual-path.ts";
import { setAttributes } from "./file-attributes.ts";
import { isRefusal } from "./file-favours.ts";
import { openOver, openThere } from "./over-upload.ts";
import { lockName, place } from "./jail.ts";
import { LocalWritable, type UploadEnding } from "./local-writable.ts";
import { createPart, mayReplace, removePart, syncFolder } from "./hidden-part.ts";
import { demandRegular } from "./regular-file.ts";
import { copyFile, fsync, ftruncate } from "./system-calls.ts";
import { storageError } from "./system-errors.ts";
import {
  changedMeanwhile,
  demandUnchanged,
  endingOf,
  finished,
  identityOf,
  keptPlace,
  newFileMode,
  setAndSync,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";
import { copyRange, writeTail } from "./write-tail.ts";

/** Bytes of a beginning that are copied rather than written next to: a few milliseconds, and little room. */
const shortBeginning: number = 8 * 1024 * 1024;

const { COPYFILE_FICLONE_FORCE, O_RDWR } = constants;

/** A file that an upload begins within. */
interface Within {
  readonly around: UploadSurroundings;
  readonly target: UploadTarget;
  /** Bytes of it that stay. */
  readonly offset: number;
  /** The file as it was at the opening, and a descriptor of it: while that is open no other file gets its number. */
  readonly file: { readonly fd: number; readonly stats: Stats };
  readonly part: { readonly fd: number; readonly name: string };
  /** Whether another file may take its name. */
  readonly isReplaceable: boolean;
}

/** Opens a file whose first `offset` bytes stay, and which ends with what comes. */
export async function openTail(
  around: UploadSurroundings,
  target: UploadTarget,
  offset: number,
): Promise<WritableFile<Entry>> {
  const { calls } = around;
  const { folder, path } = target;
  const fd = await openThere(around, target, O_RDWR);
  try {
    const stats = await calls.fstat(fd);
    demandRegular(stats, path);
    if (stats.size < offset) throw changedMeanwhile(path);
    const isReplaceable = await mayReplace(around, folder, stats);
    // Written in place it would be written under its other names too.
    if (!isReplaceable && stats.nlink > 1) throw storageError("permission-denied", path);
    const part = await createPart(around, folder, newFileMode).catch((error: unknown) => {
      if (stats.nlink > 1 || !isRefusal(error)) throw error;
      return undefined;
    });
    if (part === undefined) {
      await calls.close(fd);
      return await openOver(around, target, offset);
    }
    const within: Within = { around, target, offset, file: { fd, stats }, part, isReplaceable };
    return new LocalWritable(part.fd, path, { position: offset, origin: offset }, tailEnding(within), around.pace);
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
}

function tailEnding(within: Within): UploadEnding {
  const { around, target, file, part } = within;
  const { folder, path, options } = target;
  return endingOf(target, {
    commit: async (size) => {
      const modified = await commit(within);
      if (!around.kept.isEmpty) {
        around.kept.discard(options.uploader, keptPlace(folder, path));
        around.kept.changed(keptPlace(folder, path), true);
      }
      return finished(path, size, modified);
    },
    abandon: () => Promise.resolve(),
    close: async () => {
      await around.calls.close(part.fd).catch(() => undefined);
      await around.calls.close(file.fd).catch(() => undefined);
      await removePart(around, folder, part.name);
    },
  });
}

/** @returns The time that the file has, where one was asked for. */
async function commit(within: Within): Promise<number | undefined> {
  const { around, target, offset, file, part } = within;
  const { calls, durability } = around;
  const { folder, path, options } = target;
  return around.locks.alone([lockName(folder, path)], async () => {
    if (!(await around.jail.holds(folder))) throw storageError("not-found", path);
    const now = await demandUnchanged(calls, place(folder, path), path, identityOf(file.stats));
    if (durability !== "none") await fsync(part.fd);
    // Another name of this file may lie outside of the root: what is written here must not be read there.
    const mustCopy = now?.nlink !== 1;
    const whole = mustCopy || within.isReplaceable ? await makeCopy(within, mustCopy) : undefined;
    if (whole === undefined) {
      const where = { directory: folder.now() ?? folder.real, name: baseName(path) };
      await around.journal.noteTail({ part: part.name, ...where, inode: file.stats.ino, offset });
      await writeTail(part.fd, file.fd, offset);
      return setAndSync(around, file.fd, options.modified);
    }
    try {
      await setAttributes(calls, around.favours, whole.fd, file.stats, newFileMode);
      const modified = await setAndSync(around, whole.fd, options.modified);
      await calls.rename(`${folder.base}${whole.name}`, place(folder, path), file.stats.size);
      if (durability === "file+directory") await syncFolder(calls, folder);
      return modified;
    } finally {
      await calls.close(whole.fd);
      await removePart(around, folder, whole.name);
    }
  });
}

/**
 * The file with its new end as another hidden part.
 *
 * @returns undefined where that would cost the time and room of a long beginning, and need not be.
 */
async function makeCopy(
  within: Within,
  mustCopy: boolean,
): Promise<{ readonly fd: number; readonly name: string } | undefined> {
  const { around, target, offset, file, part } = within;
  const { folder } = target;
  const whole = await createPart(around, folder, newFileMode);
  try {
    if (offset <= shortBeginning || !(await cloned(within, `${folder.base}${whole.name}`))) {
      if (offset > shortBeginning && !mustCopy) throw new Error("a copy would take too long");
      const copied = await copyRange({ from: file.fd, at: 0 }, { into: whole.fd, at: 0 }, offset);
      if (copied < offset) throw changedMeanwhile(target.path);
    } else await ftruncate(whole.fd, offset);
    await writeTail(part.fd, whole.fd, offset);
    return whole;
  } catch (error) {
    // No file system that shares blocks, or no room for a copy: the file itself is written.
    await around.calls.close(whole.fd);
    await removePart(around, folder, whole.name);
    if (mustCopy) throw error;
    return undefined;
  }
}

/** Has a file system that can do so make a second file of the same blocks. @returns Whether it did. */
function cloned({ file }: Within, into: string): Promise<boolean> {
  if (process.platform !== "linux") return Promise.resolve(false);
  return copyFile(`/proc/self/fd/${file.fd}`, into, COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
}
