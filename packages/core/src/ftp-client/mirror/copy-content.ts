/** Octets from one storage to another: one buffer is written while the other is filled. */
import type { ReadableFile, WritableFile } from "../../bytes/index.ts";
import { paceOf, type BandwidthLimit } from "../../net/index.ts";

/** Octets of a buffer. */
const bufferSize = 256 * 1024;

/** Two buffers for each file under way, used again for the next. */
export class CopyBuffers {
  readonly #free: (readonly [Uint8Array, Uint8Array])[] = [];

  take(): readonly [Uint8Array, Uint8Array] {
    return this.#free.pop() ?? [new Uint8Array(bufferSize), new Uint8Array(bufferSize)];
  }

  give(pair: readonly [Uint8Array, Uint8Array]): void {
    this.#free.push(pair);
  }
}

/** What copying needs beside the two files. */
export interface CopySurroundings {
  readonly buffers: CopyBuffers;
  /** Octets a second that all copies together may move. */
  readonly bandwidth: readonly BandwidthLimit[];
  readonly signal: AbortSignal;
}

/**
 * Reads a file to its end. Neither file has a call outstanding when this settles.
 *
 * @param onBytes - Told of octets once they are written.
 * @returns The octets that were moved.
 * @throws What the files throw; the signal's reason.
 */
export async function copyContent(
  source: ReadableFile,
  target: WritableFile,
  { buffers, bandwidth, signal }: CopySurroundings,
  onBytes: (count: number) => void,
): Promise<number> {
  const pair = buffers.take();
  const pace = paceOf(bandwidth);
  const hurry = (): void => pace?.close();
  signal.addEventListener("abort", hurry, { once: true });
  let moved = 0;
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const buffer = turn % 2 === 0 ? pair[0] : pair[1];
      const count = await source.read(pace === undefined ? buffer : buffer.subarray(0, pace.piece));
      await writing;
      if (count === 0) return moved;
      await pace?.spend(count);
      writing = target.write(buffer.subarray(0, count)).then(() => {
        moved += count;
        onBytes(count);
      });
      // Its failure is met by the next wait for it.
      writing.catch(() => undefined);
    }
  } finally {
    signal.removeEventListener("abort", hurry);
    pace?.close();
    await writing.catch(() => undefined);
    buffers.give(pair);
  }
}
