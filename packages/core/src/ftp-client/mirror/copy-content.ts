/** Octets from one storage to another: one buffer is written while the other is filled. */
import type { ReadableFile, WritableFile } from "../../bytes/index.ts";

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

/**
 * Reads a file to its end. Neither file has a call outstanding when this settles.
 *
 * @param onBytes - Told of octets once they are written.
 * @returns The octets that were moved.
 */
export async function copyContent(
  source: ReadableFile,
  target: WritableFile,
  buffers: CopyBuffers,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<number> {
  const pair = buffers.take();
  let moved = 0;
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const buffer = turn % 2 === 0 ? pair[0] : pair[1];
      const count = await source.read(buffer);
      await writing;
      if (count === 0) return moved;
      writing = target.write(buffer.subarray(0, count)).then(() => {
        moved += count;
        onBytes(count);
      });
      // Its failure is met by the next wait for it.
      writing.catch(() => undefined);
    }
  } finally {
    await writing.catch(() => undefined);
    buffers.give(pair);
  }
}
