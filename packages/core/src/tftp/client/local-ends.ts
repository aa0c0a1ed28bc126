/** The local ends of a client's transfers, as open files: paths, bytes, streams. */
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { isCallbackError } from "../../bytes/index.ts";
import {
  findDestination,
  handleReadable,
  openDestination,
  type ReadableFile,
  type WritableFile,
} from "../../storage/index.ts";

/** What can be put: a path of this machine, bytes, or anything that is iterated asynchronously, as streams are. */
export type TftpSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Opens a source. @throws Error of the system; EISDIR for a folder. */
export async function openSource(source: TftpSource): Promise<ReadableFile> {
  if (source instanceof Uint8Array) return bytesSource(source);
  if (typeof source !== "string") return iteratedSource(source);
  const handle = await open(source, "r");
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      // A folder can be opened, and fails only once it is read: after the server made way for the file.
      throw Object.assign(new Error(`EISDIR: illegal operation on a directory, read '${source}'`), { code: "EISDIR" });
    }
    return stats.isFile() ? handleReadable(handle, { size: stats.size }) : pipeSource(handle);
  } catch (error) {
    await handle.close().catch(ignore);
    throw error;
  }
}

/** A pipe or a device: no places, no size, and no telling when more comes. */
function pipeSource(handle: FileHandle): ReadableFile {
  let waiting = false;
  return {
    read: async (into) => {
      waiting = true;
      try {
        return (await handle.read(into, 0, into.length)).bytesRead;
      } finally {
        waiting = false;
      }
    },
    close: async () => {
      const closed = handle.close().catch(ignore);
      // The system closes it once what is waited for has come.
      if (!waiting) await closed;
    },
  };
}

function bytesSource(bytes: Uint8Array): ReadableFile {
  let at = 0;
  const readNow = (into: Uint8Array): number => {
    const part = bytes.subarray(at, at + into.length);
    into.set(part);
    at += part.length;
    return part.length;
  };
  return { size: bytes.length, read: async (into) => readNow(into), readNow, close: async () => undefined };
}

function iteratedSource(source: AsyncIterable<Uint8Array>): ReadableFile {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  let waiting = false;
  return {
    read: async (into) => {
      while (rest.length === 0 && !ended) {
        waiting = true;
        const next = await iterator.next().finally(() => {
          waiting = false;
        });
        if (next.done === true) ended = true;
        else rest = next.value;
      }
      const part = rest.subarray(0, into.length);
      into.set(part);
      rest = rest.subarray(part.length);
      return part.length;
    },
    close: async () => {
      if (ended) return;
      ended = true;
      // What is silent gives its next part never, and an iterator returns only after that.
      if (source instanceof Readable) source.destroy();
      const returned = Promise.resolve(iterator.return?.()).catch(ignore);
      if (!waiting) await returned;
    },
  };
}

/**
 * A file of this machine: under a temporary name, which becomes its own once it is whole. Links are followed; devices and
 * pipes are written themselves.
 *
 * @throws Error of the system.
 */
export async function fileSink(path: string): Promise<WritableFile> {
  const destination = await findDestination(path);
  const { handle, written } = await openDestination(destination);
  const { replaceable } = destination;
  let end = 0;
  // Pipes have no places.
  const place = (position: number): number | null => (replaceable ? position : null);
  const writeAt = async (from: Uint8Array, position: number): Promise<void> => {
    for (let at = 0; at < from.length;) {
      at += (await handle.write(from, at, from.length - at, place(position + at))).bytesWritten;
    }
    end = Math.max(end, position + from.length);
  };
  return {
    write: (from) => writeAt(from, end),
    writev: async (from) => {
      const start = end;
      const total = from.reduce((sum, part) => sum + part.length, 0);
      const { bytesWritten } = await handle.writev(from, place(start) ?? undefined);
      end = start + bytesWritten;
      // A short write is a disk that is nearly full: the rest, piece by piece, tells why.
      if (bytesWritten < total) await writeAt(Buffer.concat(from).subarray(bytesWritten), end);
    },
    ...(replaceable ? { writeAt } : {}),
    commit: async () => {
      await handle.close();
      if (replaceable) await rename(written, destination.path);
    },
    abandon: async () => {
      await handle.close();
      if (replaceable) await rm(written, { force: true });
    },
  };
}

/** A stream that is written to. */
export interface StreamSink extends WritableFile {
  /** Takes all bytes of all parts, in order and at once. */
  writev(from: readonly Uint8Array[]): Promise<void>;
  /** @throws what the stream failed with so far. */
  check(): void;
}

/**
 * A stream; it is ended at the end, but for the process's own output. Made before anything is asked of the server: an
 * error of the stream is then heard whenever it comes.
 */
export function streamSink(stream: Writable): StreamSink {
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
  };
  stream.on("error", fail);
  const own = stream === process.stdout || stream === process.stderr;
  const check = (): void => {
    if (failure !== undefined) throw failure;
    if (stream.destroyed) throw new Error("The stream was closed");
  };
  const write = async (from: Uint8Array): Promise<void> => {
    check();
    await new Promise<void>((resolve, reject) => {
      const closed = (): void => reject(failure ?? new Error("The stream was closed"));
      stream.once("close", closed);
      stream.write(from, (error) => {
        stream.off("close", closed);
        if (isCallbackError(error)) reject(error);
        else resolve();
      });
    });
  };
  return {
    check,
    write,
    writev: (from) => write(Buffer.concat(from)),
    commit: async () => {
      check();
      if (own) {
        stream.off("error", fail);
        return;
      }
      stream.end();
      await finished(stream);
    },
    abandon: async () => {
      if (own) stream.off("error", fail);
      else stream.destroy();
    },
  };
}

/** Memory. */
export class MemorySink implements WritableFile {
  readonly #parts: { readonly octets: Uint8Array; readonly position: number }[] = [];
  #end = 0;

  /** What came. */
  get bytes(): Uint8Array {
    const bytes = Buffer.alloc(this.#end);
    for (const { octets, position } of this.#parts) bytes.set(octets, position);
    return bytes;
  }

  async write(from: Uint8Array): Promise<void> {
    return this.writeAt(from, this.#end);
  }

  /** Keeps the parts as they are: blocks lie in their datagrams, which nobody else has. */
  async writev(from: readonly Uint8Array[]): Promise<void> {
    for (const part of from) this.#keep(part, this.#end);
  }

  async writeAt(from: Uint8Array, position: number): Promise<void> {
    // The caller's memory is its own again.
    this.#keep(new Uint8Array(from), position);
  }

  async commit(): Promise<void> {
    return Promise.resolve();
  }

  async abandon(): Promise<void> {
    this.#parts.length = 0;
    this.#end = 0;
  }

  #keep(octets: Uint8Array, position: number): void {
    this.#parts.push({ octets, position });
    this.#end = Math.max(this.#end, position + octets.length);
  }
}

function ignore(): void {
  // What is given up may fail as it likes.
}
