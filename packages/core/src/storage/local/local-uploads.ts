/**
 * Uploads into a local directory: which of the ways of writing a file an upload takes.
 *
 *     replace, create             a hidden part that takes the name when it is whole (`part-upload.ts`)
 *     append, at the file's end   written to the file itself: what came stays when it breaks (`in-place-upload.ts`)
 *     at, before the file's end   a hidden part that is written into the file when it is whole (`tail-upload.ts`)
 *     append, at: nothing there   goes on with the uploader's broken upload, or is a new part
 *
 * With `uploads: "in-place"` the first kind is written under its name from the start.
 */
import type { Stats } from "node:fs";
import type { WritableFile } from "../../bytes/index.ts";
import { octetTextLength } from "../../protocol/index.ts";
import { refusedBesidePart, refusedOvertaken, type KeptState } from "../kept-uploads.ts";
import type { Entry, OpenWriteOptions } from "../storage.ts";
import { baseName, type VirtualPath } from "../virtual-path.ts";
import { openAppend, openInPlace } from "./in-place-upload.ts";
import { lockName, place, type Folder } from "./jail.ts";
import { openPart, resumePart } from "./part-upload.ts";
import { fromSystemError, storageError } from "./system-errors.ts";
import { openTail } from "./tail-upload.ts";
import {
  identityOrNone,
  keptPlace,
  type LocalPart,
  type UploadSurroundings,
  type UploadTarget,
} from "./upload-surroundings.ts";

/** The longest name of a file, in bytes (NAME_MAX). */
const nameLimit = 255;

/** Opens a file for writing, as `Storage.openWrite`. */
export async function openUpload(
  around: UploadSurroundings,
  path: VirtualPath,
  options: OpenWriteOptions,
): Promise<WritableFile<Entry>> {
  const name = baseName(path);
  if (name === "") throw storageError("is-a-directory", path);
  if (octetTextLength(name) > nameLimit) throw storageError("name-not-allowed", path);
  const folder = await around.jail.parent(path);
  let release = folder.release;
  try {
    let there = await around.calls.present(place(folder, path));
    if (there?.isSymbolicLink() === true) {
      const target = await around.jail.followed(path);
      release();
      return await openUpload(around, target, options);
    }
    if (continues(options)) {
      const file = lockName(folder, path);
      const giveTurnBack = await around.turns.take(file, path, around.turnWait, options.signal);
      release = () => {
        giveTurnBack();
        folder.release();
      };
      there = await around.calls.present(place(folder, path));
    }
    demandWritable(path, options, there);
    return await open(around, { folder, path, options, there, release });
  } catch (error) {
    release();
    throw fromSystemError(error, path);
  }
}

/** Whether an upload goes on with what is there. */
function continues({ mode, offset = 0 }: OpenWriteOptions): boolean {
  return mode === "append" || (mode === "at" && offset > 0);
}

/** @throws StorageError for what no file can take the place of. */
function demandWritable(path: VirtualPath, { mode }: OpenWriteOptions, there: Stats | undefined): void {
  if (there === undefined) return;
  if (there.isDirectory()) throw storageError("is-a-directory", path);
  if (!there.isFile()) throw storageError("permission-denied", path);
  if (mode === "create") throw storageError("already-exists", path);
}

function open(around: UploadSurroundings, target: UploadTarget): Promise<WritableFile<Entry>> {
  const { folder, path, options, there } = target;
  if (!continues(options)) return around.inPlace ? openInPlace(around, target) : openPart(around, target);
  const found = lookForPart(around, folder, path, options.uploader, there);
  if (options.mode === "append") {
    if (there === undefined) {
      if (found.state === "resumable") return resumePart(around, target, found.kept, found.kept.size);
      return around.inPlace ? openInPlace(around, target) : openPart(around, target);
    }
    // What is there is not what this client sent last: adding to it would mix the two.
    if (found.state === "resumable") throw refusedBesidePart(path, found.kept.size);
    return openAppend(around, target);
  }
  const offset = options.offset ?? 0;
  if (found.state === "resumable") {
    if (offset > found.kept.size) throw refusedBesidePart(path, found.kept.size);
    return resumePart(around, target, found.kept, offset);
  }
  if (there === undefined || offset > there.size) throw storageError("offset-out-of-range", path);
  if (found.state === "overtaken") throw refusedOvertaken(path);
  return offset === there.size ? openAppend(around, target) : openTail(around, target, offset);
}

/** The broken upload that is kept for an uploader under a name, held against what is there now. */
export function lookForPart(
  { kept }: UploadSurroundings,
  folder: Folder,
  path: VirtualPath,
  uploader: string | undefined,
  there: Stats | undefined,
): KeptState<LocalPart> {
  if (uploader === undefined || kept.isEmpty) return { state: "none" };
  return kept.look(uploader, keptPlace(folder, path), identityOrNone(there));
}
