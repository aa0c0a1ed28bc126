/** Broken uploads that a storage keeps for who sent them, so that they may go on: where what came of them lies. */
import { isWithin, type VirtualPath } from "../../storage/index.ts";

/** Broken uploads that are kept; the oldest goes first. */
export const brokenUploadLimit = 64;

interface BrokenUpload {
  readonly path: VirtualPath;
  /** What came of it. */
  readonly part: VirtualPath;
}

/** Broken uploads by uploader and path. They are known to the storage that they were sent by, and to no other. */
export class BrokenUploads {
  readonly #uploads = new Map<string, BrokenUpload>();

  /** Keeps one. @returns What is kept no longer, and is to be removed. */
  keep(uploader: string, path: VirtualPath, part: VirtualPath): readonly VirtualPath[] {
    const dropped = this.take(uploader, path);
    this.#uploads.set(keyOf(uploader, path), { path, part });
    const [oldest] = this.#uploads;
    if (this.#uploads.size <= brokenUploadLimit || oldest === undefined) return dropped === undefined ? [] : [dropped];
    this.#uploads.delete(oldest[0]);
    return dropped === undefined ? [oldest[1].part] : [dropped, oldest[1].part];
  }

  /** Where the one of this uploader and path lies. */
  find(uploader: string | undefined, path: VirtualPath): VirtualPath | undefined {
    return uploader === undefined ? undefined : this.#uploads.get(keyOf(uploader, path))?.part;
  }

  /** As `find`; it is the caller's from now on. */
  take(uploader: string | undefined, path: VirtualPath): VirtualPath | undefined {
    const part = this.find(uploader, path);
    if (uploader !== undefined) this.#uploads.delete(keyOf(uploader, path));
    return part;
  }

  /** Those below a folder, which are the caller's from now on. */
  takeWithin(folder: VirtualPath): readonly VirtualPath[] {
    const found = [...this.#uploads].filter(([, { path }]) => isWithin(folder, path));
    for (const [key] of found) this.#uploads.delete(key);
    return found.map(([, { part }]) => part);
  }
}

function keyOf(uploader: string, path: VirtualPath): string {
  return `${uploader}\0${path}`;
}
