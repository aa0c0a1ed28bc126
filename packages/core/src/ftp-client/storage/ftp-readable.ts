/** A file of the server that is open for reading, as a storage's. */
import type { ReadableFile } from "../../bytes/index.ts";
import type { VirtualPath } from "../../storage/index.ts";
import type { FtpDownload } from "../download.ts";
import type { OpenFile } from "./open-files.ts";
import { toStorageError } from "./storage-error.ts";

/** Reads a download, and gives its session back at the end. */
export class FtpReadable implements ReadableFile {
  readonly #download: FtpDownload;
  readonly #path: VirtualPath;
  readonly #open: OpenFile;
  readonly #signal: AbortSignal | undefined;
  #ended = false;

  // No size: what servers name at the beginning may be wrong, and the end is confirmed only to who reads up to it.
  constructor(download: FtpDownload, path: VirtualPath, open: OpenFile, signal: AbortSignal | undefined) {
    this.#download = download;
    this.#path = path;
    this.#open = open;
    this.#signal = signal;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#ended) return 0;
    try {
      const count = await this.#open.use(() => this.#download.read(into));
      if (count === 0) await this.close();
      return count;
    } catch (error) {
      await this.close();
      throw toStorageError(error, this.#path, this.#signal);
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    try {
      await this.#download.close();
    } finally {
      this.#open.close();
    }
  }
}

/** A file that is read from its end on. */
export const nothingLeft: ReadableFile = {
  size: 0,
  read: () => Promise.resolve(0),
  close: () => Promise.resolve(),
};
