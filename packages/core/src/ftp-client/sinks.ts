/** What a download can go into, as open files: Node and web streams, memory. */
import type { Writable } from "node:stream";
import type { WritableStream } from "node:stream/web";
import type { WritableFile } from "../bytes/index.ts";
import { FtpTransferError } from "./errors.ts";

/** A Node stream as a sink. It is ended at the end, but for the process's own output. */
export function nodeSink(stream: Writable): WritableFile<void> {
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
  };
  stream.on("error", fail);
  const check = (): void => {
    if (failure !== undefined) throw failure;
    if (stream.destroyed) throw new Error("The stream that the download goes to was closed");
  };
  return {
    write: async (from) => {
      check();
      await new Promise<void>((resolve, reject) => {
        const closed = (): void => reject(failure ?? new Error("The stream that the download goes to was closed"));
        stream.once("close", closed);
        stream.write(from, (error) => {
          stream.off("close", closed);
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    commit: async () => {
      check();
      if (stream === process.stdout || stream === process.stderr) return;
      await new Promise<void>((resolve, reject) => {
        stream.once("error", reject);
        stream.end(resolve);
      });
    },
    abandon: async () => {
      if (stream !== process.stdout && stream !== process.stderr) stream.destroy();
    },
  };
}

/** A web stream as a sink. It is closed at the end, and aborted when the download fails. */
export function webSink(stream: WritableStream<Uint8Array>): WritableFile<void> {
  const writer = stream.getWriter();
  return {
    write: async (from) => {
      await writer.ready;
      await writer.write(from);
    },
    commit: () => writer.close(),
    abandon: async () => {
      await writer.abort(new Error("The download failed")).catch(() => undefined);
    },
  };
}

/** Memory as a sink. */
export class BytesSink implements WritableFile<Uint8Array> {
  readonly #most: number;
  readonly #tried: string;
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** @param most - Octets; more is an error. */
  constructor(most: number, tried: string) {
    this.#most = most;
    this.#tried = tried;
  }

  async write(from: Uint8Array): Promise<void> {
    this.#size += from.length;
    if (this.#size > this.#most) {
      throw new FtpTransferError(
        "too-large",
        this.#tried,
        `there are more than the ${this.#most} octets that were allowed`,
      );
    }
    this.#parts.push(from);
  }

  async commit(): Promise<Uint8Array> {
    return Buffer.concat(this.#parts, this.#size);
  }

  async abandon(): Promise<void> {
    this.#parts.length = 0;
  }
}
