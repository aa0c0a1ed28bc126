/**
 * Broken uploads that a storage keeps for who sent them, so that they may go on: where what came of them lies, and what had
 * their names when they began. The rules are those of `Storage.openWrite`.
 */
import { isWithin, type Entry, type VirtualPath } from "../../storage/index.ts";

/** Broken uploads that are kept; the oldest goes first. */
export const brokenUploadLimit = 64;

/** A broken upload. */
export interface BrokenUpload {
  readonly uploader: string;
  path: VirtualPath;
  /** What came of it. */
  part: VirtualPath;
  /** What was under the name when it began, as `stampOf` tells; undefined for nothing. */
  readonly base: string | undefined;
  /** Whether somebody else put a file under the name since. Its part is gone then. */
  overtaken: boolean;
}

/** What tells a file of a server from another one under its name, as far as a server tells. */
export function stampOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const { kind, size, modified, unique = "" } = entry;
  return `${kind} ${size} ${modified} ${unique}`;
}

/** Broken uploads by uploader and path. They are known to the storage that they were sent by, and to no other. */
export class BrokenUploads {
  readonly #uploads = new Map<string, BrokenUpload>();

  /** Keeps one. @returns What is kept no longer, and is to be removed. */
  keep(upload: Omit<BrokenUpload, "overtaken">): readonly VirtualPath[] {
    const dropped = this.take(upload.uploader, upload.path);
    this.#put({ ...upload, overtaken: false });
    const [oldest] = this.#uploads.values();
    if (this.#uploads.size <= brokenUploadLimit || oldest === undefined) return dropped === undefined ? [] : [dropped];
    const last = this.take(oldest.uploader, oldest.path);
    return [dropped, last].filter((part) => part !== undefined);
  }

  /** The one of this uploader and path. */
  find(uploader: string | undefined, path: VirtualPath): BrokenUpload | undefined {
    return uploader === undefined ? undefined : this.#uploads.get(keyOf(uploader, path));
  }

  /** Forgets the one of this uploader and path. @returns Its part, which is the caller's from now on. */
  take(uploader: string | undefined, path: VirtualPath): VirtualPath | undefined {
    const upload = this.find(uploader, path);
    if (upload === undefined) return undefined;
    this.#uploads.delete(keyOf(upload.uploader, path));
    return upload.overtaken ? undefined : upload.part;
  }

  /**
   * Something was put under a path, or taken away.
   *
   * @param there - Whether something is under it now.
   * @returns Parts that are to be removed.
   */
  changed(path: VirtualPath, there: boolean): readonly VirtualPath[] {
    const parts: VirtualPath[] = [];
    for (const upload of [...this.#uploads.values()]) {
      if (upload.path !== path) continue;
      if (!upload.overtaken) parts.push(upload.part);
      if (there) upload.overtaken = true;
      else this.#uploads.delete(keyOf(upload.uploader, path));
    }
    return parts;
  }

  /** A directory has another name: what is kept within it is found there. */
  moved(from: VirtualPath, to: VirtualPath): void {
    for (const upload of [...this.#uploads.values()]) {
      if (!isWithin(from, upload.path)) continue;
      this.#uploads.delete(keyOf(upload.uploader, upload.path));
      upload.path = movedPath(upload.path, from, to);
      upload.part = movedPath(upload.part, from, to);
      this.#put(upload);
    }
  }

  /** The parts below a directory, which are the caller's from now on. */
  takeWithin(folder: VirtualPath): readonly VirtualPath[] {
    const found = [...this.#uploads.values()].filter(({ path }) => isWithin(folder, path));
    return found.map(({ uploader, path }) => this.take(uploader, path)).filter((part) => part !== undefined);
  }

  #put(upload: BrokenUpload): void {
    this.#uploads.set(keyOf(upload.uploader, upload.path), upload);
  }
}

/** Where a path within a directory is once that has another name. */
export function movedPath(path: VirtualPath, from: VirtualPath, to: VirtualPath): VirtualPath {
  return isWithin(from, path) ? (`${to}${path.slice(from.length)}` as VirtualPath) : path;
}

function keyOf(uploader: string, path: VirtualPath): string {
  return `${uploader}\0${path}`;
}
