/**
 * A file of a storage, read by blocks in any order: a master client asks for what it lacks.
 *
 * Blocks mostly come one after the other, out of a piece that was read at once. For another place the file is opened anew,
 * and it must be the same file still: a file that was replaced would be half the one and half the other.
 */
import { StorageError, type ReadableFile, type Storage, type VirtualPath } from "../../../storage/index.ts";

/** Octets that are read at once, at least one block. */
const pieceSize = 64 * 1024;

/** Which content of a file is meant. */
export interface FileVersion {
  /** Octets. */
  readonly size: number;
  /** Equal for the same content under the same name. */
  readonly key: string;
}

/** What lies under a name now. @throws StorageError. */
export async function versionOf(storage: Storage, path: VirtualPath, signal?: AbortSignal): Promise<FileVersion> {
  const { size, modified, unique = "" } = await storage.stat(path, signal === undefined ? {} : { signal });
  return { size, key: JSON.stringify([size, modified, unique]) };
}

/** What a source reads. */
export interface BlockSourceOptions {
  readonly storage: Storage;
  readonly path: VirtualPath;
  readonly version: FileVersion;
  /** Octets of a block. */
  readonly blockSize: number;
}

/** Reads blocks. One call at a time. */
export class BlockSource {
  readonly #options: BlockSourceOptions;
  readonly #piece: Uint8Array;
  #pieceStart = 0;
  #pieceEnd = 0;
  #file: ReadableFile | undefined;
  /** Where the open file will be read next. */
  #position = 0;

  constructor(options: BlockSourceOptions) {
    this.#options = options;
    const blocks = Math.max(1, Math.floor(pieceSize / options.blockSize));
    const blocksOfFile = Math.floor(options.version.size / options.blockSize) + 1;
    this.#piece = Buffer.allocUnsafe(Math.min(blocks, blocksOfFile) * options.blockSize);
  }

  /** A block that is at hand. @returns Its octets; undefined when it has to be read. */
  readNow(block: number, into: Uint8Array): number | undefined {
    const { start, length } = this.#placeOf(block);
    if (start < this.#pieceStart || start + length > this.#pieceEnd) return undefined;
    into.set(this.#piece.subarray(start - this.#pieceStart, start - this.#pieceStart + length));
    return length;
  }

  /**
   * Any block.
   *
   * @param block - Counted from 1.
   * @returns Its octets.
   * @throws StorageError, of kind `offset-out-of-range` when the file is another by now.
   */
  async read(block: number, into: Uint8Array): Promise<number> {
    const there = this.readNow(block, into);
    if (there !== undefined) return there;
    const { start, length } = this.#placeOf(block);
    const file = await this.#openAt(start);
    this.#pieceStart = this.#pieceEnd = start;
    const { size } = this.#options.version;
    const wanted = Math.min(this.#piece.length, size - start);
    for (let filled = 0; filled < wanted;) {
      const count = await file.read(this.#piece.subarray(filled, wanted));
      if (count === 0) throw this.#changed();
      filled += count;
      this.#position += count;
      this.#pieceEnd = start + filled;
    }
    into.set(this.#piece.subarray(0, length));
    return length;
  }

  /** Gives the file back. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // What was read is read: a file that fails to close has failed nobody.
    await file?.close().catch(() => undefined);
  }

  #placeOf(block: number): { readonly start: number; readonly length: number } {
    const { blockSize, version } = this.#options;
    const start = (block - 1) * blockSize;
    return { start, length: Math.max(0, Math.min(blockSize, version.size - start)) };
  }

  async #openAt(offset: number): Promise<ReadableFile> {
    if (this.#file !== undefined && this.#position === offset) return this.#file;
    await this.close();
    const { storage, path, version } = this.#options;
    const file = await storage.openRead(path, { offset });
    this.#file = file;
    this.#position = offset;
    if ((await versionOf(storage, path)).key !== version.key) throw this.#changed();
    return file;
  }

  #changed(): StorageError {
    return new StorageError("offset-out-of-range", "The file changed", { path: this.#options.path });
  }
}
