/** The local ends of a client's transfers, as open files: paths, bytes, streams. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { ReadableFile, WritableFile } from "../../storage/index.ts";

/** What can be put: a path of this machine, bytes, or anything that is iterated asynchronously, as streams are. */
export type TftpSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Opens a source. @throws Error of the system. */
export async function openSource(source: TftpSource): Promise<ReadableFile> {
  if (source instanceof Uint8Array) return bytesSource(source);
  if (typeof source !== "string") return iteratedSource(source);
  const handle = await open(source, "r");
  const stats = await handle.stat();
  return {
    ...(stats.isFile() ? { size: stats.size } : {}),
    read: async (into) => (await handle.read(into, 0, into.length)).bytesRead,
    close: () => handle.close(),
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
  return {
    read: async (into) => {
      while (rest.length === 0 && !ended) {
        const next = await iterator.next();
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
      await iterator.return?.();
      if (source instanceof Readable) source.destroy();
    },
  };
}

/** A file of this machine: under a temporary name, which becomes its own once it is whole. */
export async function fileSink(path: string): Promise<WritableFile> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}.part`);
  const handle = await open(temporary, "wx");
  let end = 0;
  const writeAt = async (from: Uint8Array, position: number): Promise<void> => {
    for (let at = 0; at < from.length;) {
      at += (await handle.write(from, at, from.length - at, position + at)).bytesWritten;
    }
    end = Math.max(end, position + from.length);
  };
  return {
    write: (from) => writeAt(from, end),
    writev: async (from) => {
      const start = end;
      const total = from.reduce((sum, part) => sum + part.length, 0);
      const { bytesWritten } = await handle.writev(from, start);
      end = start + bytesWritten;
      // A short write is a disk that is nearly full: the rest, piece by piece, tells why.
      if (bytesWritten < total) await writeAt(Buffer.concat(from).subarray(bytesWritten), end);
    },
    writeAt,
    commit: async () => {
      await handle.close();
      await rename(temporary, path);
    },
    abandon: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}

/** A stream; it is ended at the end, but for the process's own output. */
export function streamSink(stream: Writable): WritableFile {
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure ??= error;
  });
  const own = stream === process.stdout || stream === process.stderr;
  return {
    write: (from) =>
      new Promise((resolve, reject) => {
        const closed = (): void => reject(failure ?? new Error("The stream was closed"));
        if (failure !== undefined || stream.destroyed) return closed();
        stream.once("close", closed);
        stream.write(from, (error) => {
          stream.off("close", closed);
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    commit: async () => {
      if (own) return;
      stream.end();
      await finished(stream);
    },
    abandon: async () => {
      if (!own) stream.destroy();
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

  async writeAt(from: Uint8Array, position: number): Promise<void> {
    // The caller's memory is its own again.
    this.#parts.push({ octets: new Uint8Array(from), position });
    this.#end = Math.max(this.#end, position + from.length);
  }

  async commit(): Promise<void> {
    return Promise.resolve();
  }

  async abandon(): Promise<void> {
    this.#parts.length = 0;
    this.#end = 0;
  }
}
