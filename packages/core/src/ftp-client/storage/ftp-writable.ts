/** A file of the server that is open for writing, as a storage's; what its end means is told by who opened it. */
import type { WritableFile } from "../../bytes/index.ts";
import type { Entry, VirtualPath } from "../../storage/index.ts";
import { FtpTransferError } from "../errors.ts";
import type { FtpUpload } from "../upload.ts";
import type { OpenFile } from "./open-files.ts";
import { toStorageError } from "./storage-error.ts";

/** What the end of an upload means. */
export interface WritableEnding {
  /** Makes the upload, which the server has whole, the file. */
  commit(): Promise<Entry>;
  /** Takes away what is left of an upload that cannot become the file. Never rejects. */
  discard(): Promise<void>;
  /** Keeps what came of an upload that was given up, for its uploader to go on with, or takes it away. Never rejects. */
  abandon(): Promise<void>;
}

/** Writes an upload, and gives its session back at the end. */
export class FtpWritable implements WritableFile<Entry> {
  readonly #upload: FtpUpload;
  readonly #path: VirtualPath;
  readonly #open: OpenFile;
  readonly #ending: WritableEnding;
  readonly #signal: AbortSignal | undefined;
  #end: Promise<Entry | undefined> | undefined;

  constructor(
    upload: FtpUpload,
    path: VirtualPath,
    open: OpenFile,
    ending: WritableEnding,
    signal: AbortSignal | undefined,
  ) {
    this.#upload = upload;
    this.#path = path;
    this.#open = open;
    this.#ending = ending;
    this.#signal = signal;
  }

  async write(from: Uint8Array): Promise<void> {
    try {
      await this.#open.use(() => this.#upload.write(from));
    } catch (error) {
      throw toStorageError(error, this.#path, this.#signal);
    }
  }

  async commit(): Promise<Entry> {
    this.#end ??= this.#open.use(() => this.#commit());
    const entry = await this.#end;
    if (entry !== undefined) return entry;
    const error = new FtpTransferError("aborted", `Uploading ${this.#path}`, "it was given up");
    throw toStorageError(error, this.#path);
  }

  async abandon(): Promise<void> {
    this.#end ??= this.#open.use(() => this.#abandon());
    await this.#end.catch(() => undefined);
  }

  async #commit(): Promise<Entry> {
    let isSent = false;
    try {
      await this.#upload.commit();
      isSent = true;
      return await this.#ending.commit();
    } catch (error) {
      await (isSent ? this.#ending.discard() : this.#ending.abandon());
      throw toStorageError(error, this.#path, this.#signal);
    } finally {
      this.#open.close();
    }
  }

  async #abandon(): Promise<undefined> {
    try {
      await this.#upload.abandon();
      await this.#ending.abandon();
    } finally {
      this.#open.close();
    }
  }
}
