/** What a download can go into, as open files: Node and web streams, memory. */
import type { Writable } from "node:stream";
import type { WritableStream } from "node:stream/web";
import { isCallbackError, type WritableFile } from "../bytes/index.ts";
import { DataConnectionError } from "../net/index.ts";
import { FtpTransferError } from "./errors.ts";

/** What a step of a stream gives, unless the signal fires first: some take nothing, and never say so. */
async function unlessAborted<T>(step: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return step;
  return new Promise((resolve, reject) => {
    const give = (): void => reject(new DataConnectionError("aborted", "The transfer was aborted", signal.reason));
    const done =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        signal.removeEventListener("abort", give);
        settle(value);
      };
    step.then(done(resolve), done(reject));
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}

/** A Node stream as a sink. It is ended at the end, but for the process's own output. */
export function nodeSink(stream: Writable, signal?: AbortSignal): WritableFile<void> {
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
      const written = new Promise<void>((resolve, reject) => {
        const closed = (): void => reject(failure ?? new Error("The stream that the download goes to was closed"));
        stream.once("close", closed);
        stream.write(from, (error) => {
          stream.off("close", closed);
          if (isCallbackError(error)) reject(error);
          else resolve();
        });
      });
      await unlessAborted(written, signal);
    },
    commit: async () => {
      check();
      if (stream === process.stdout || stream === process.stderr) return;
      const ended = new Promise<void>((resolve, reject) => {
        // Node gives the callback the error of a stream that fails at its end, whatever its types say.
        stream.end((error?: Error | null) => {
          if (isCallbackError(error)) reject(error);
          else resolve();
        });
        stream.once("error", reject);
      });
      await unlessAborted(ended, signal);
    },
    abandon: async () => {
      if (stream !== process.stdout && stream !== process.stderr) stream.destroy();
    },
  };
}

/** A web stream as a sink. It is closed at the end, and aborted when the download fails. */
export function webSink(stream: WritableStream<Uint8Array>, signal?: AbortSignal): WritableFile<void> {
  const writer = stream.getWriter();
  return {
    write: async (from) => {
      await unlessAborted(writer.ready, signal);
      await unlessAborted(writer.write(from), signal);
    },
    commit: () => unlessAborted(writer.close(), signal),
    abandon: async () => {
      // A stream that takes nothing does not end either.
      void writer.abort(new Error("The download failed")).catch(() => undefined);
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
