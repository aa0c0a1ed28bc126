/** Where the files that are being written lie: a directory may get another name by this storage meanwhile. */
import type { VirtualPath } from "../../storage/index.ts";
import { movedPath } from "./broken-uploads.ts";

/** A file that is being written, and its part. */
export interface OpenPaths {
  path: VirtualPath;
  part: VirtualPath;
}

/** The files of a storage that are being written. */
export class OpenPathList {
  readonly #open = new Set<OpenPaths>();

  /** Follows a file until `forget`. */
  follow(path: VirtualPath, part: VirtualPath): OpenPaths {
    const paths = { path, part };
    this.#open.add(paths);
    return paths;
  }

  forget(paths: OpenPaths): void {
    this.#open.delete(paths);
  }

  /** A directory has another name. */
  moved(from: VirtualPath, to: VirtualPath): void {
    for (const paths of this.#open) {
      paths.path = movedPath(paths.path, from, to);
      paths.part = movedPath(paths.part, from, to);
    }
  }
}
