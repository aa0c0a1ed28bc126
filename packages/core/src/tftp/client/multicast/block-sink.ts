/**
 * Where blocks go that come in any order: to their places in the file, if it has places, or else into memory until it is
 * their turn. What memory has no room for is not taken, and asked for again.
 */
import { StorageError, type WritableFile } from "../../../storage/index.ts";

/** Octets that may wait for the file before no more are taken. */
const backlogLimit = 1024 * 1024;

/** How blocks are taken. */
export interface BlockSinkOptions {
  /** Octets of a full block. */
  readonly blockSize: number;
  /** Octets that may wait for those before them. */
  readonly heldOctets: number;
  /** Octets that the file may have. */
  readonly maxSize: number;
  /** The file could not be written. */
  readonly failed: (cause: unknown) => void;
  /** What waited for the file is written. */
  readonly drained: () => void;
}

interface Part {
  readonly octets: Uint8Array;
  readonly position: number;
}

/** Takes blocks. */
export class BlockSink {
  readonly #file: WritableFile;
  readonly #options: BlockSinkOptions;
  readonly #placed: boolean;
  readonly #held = new Map<number, Uint8Array>();
  #heldOctets = 0;
  /** The block that is next for a file without places. */
  #next = 1;
  #queue: Part[] = [];
  #queued = 0;
  #writing: Promise<void> | undefined;
  #failed = false;
  #committing = false;

  constructor(file: WritableFile, options: BlockSinkOptions) {
    this.#file = file;
    this.#options = options;
    this.#placed = file.writeAt !== undefined;
  }

  /** Whether the file has to catch up first. */
  get full(): boolean {
    return this.#queued >= backlogLimit;
  }

  /** Takes a block, its memory included. @returns false when there is no room for it. */
  take(block: number, octets: Uint8Array): boolean {
    const position = (block - 1) * this.#options.blockSize;
    if (position + octets.length > this.#options.maxSize) {
      this.#fail(new StorageError("too-large", "The file is too large"));
      return false;
    }
    if (this.full || this.#failed) return false;
    if (this.#placed) this.#enqueue({ octets, position });
    else if (block === this.#next) this.#inOrder(octets);
    else {
      if (this.#heldOctets + octets.length > this.#options.heldOctets) return false;
      this.#held.set(block, octets);
      this.#heldOctets += octets.length;
    }
    return true;
  }

  /** Whether the file is taking its name: it is stored or not, and can no more be given up. */
  get committing(): boolean {
    return this.#committing;
  }

  /** All blocks were taken: writes what waits, and completes the file. @throws what the file throws. */
  async commit(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failed) return;
    this.#committing = true;
    try {
      await this.#file.commit();
    } finally {
      this.#committing = false;
    }
  }

  /** Gives the file up; not while it is being completed. Never rejects. */
  async abandon(): Promise<void> {
    this.#failed = true;
    this.#queue = [];
    this.#held.clear();
    await this.#writing;
    // The failure that led here is the one to tell.
    await this.#file.abandon().catch(() => undefined);
  }

  #inOrder(octets: Uint8Array): void {
    for (let next: Uint8Array | undefined = octets; next !== undefined; next = this.#held.get(this.#next)) {
      if (this.#held.delete(this.#next)) this.#heldOctets -= next.length;
      this.#enqueue({ octets: next, position: (this.#next - 1) * this.#options.blockSize });
      this.#next++;
    }
  }

  #enqueue(part: Part): void {
    if (part.octets.length === 0) return;
    this.#queue.push(part);
    this.#queued += part.octets.length;
    this.#writing ??= this.#write();
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    // What comes with this packet is written with it.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const parts = this.#queue;
        this.#queue = [];
        this.#queued = 0;
        await this.#put(parts);
        if (this.#queue.length === 0 && !this.#failed) this.#options.drained();
      }
    } catch (cause) {
      this.#fail(cause);
    }
    this.#writing = undefined;
  }

  async #put(parts: readonly Part[]): Promise<void> {
    const file = this.#file;
    if (!this.#placed && file.writev !== undefined) {
      await file.writev(parts.map(({ octets }) => octets));
      return;
    }
    for (const { octets, position } of parts) {
      if (this.#failed) return;
      if (this.#placed) await file.writeAt?.(octets, position);
      else await file.write(octets);
    }
  }

  #fail(cause: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.failed(cause);
  }
}
