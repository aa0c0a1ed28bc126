/**
 * An open upload: the caller pushes, where `FtpClient.upload` pulls.
 *
 * The pump asks for octets as of any file; each piece that the caller writes is what it is given. So the watch for stalls,
 * the formats and the way in which a transfer ends are those of every upload.
 */
import { bandwidthLimits } from "../net/index.ts";
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import type { ClientContext } from "./client-context.ts";
import { downloadMode } from "./compression.ts";
import { FtpTransferError } from "./errors.ts";
import { mustKeepOffsets, resolveFormat } from "./format-options.ts";
import { sendSource } from "./send.ts";
import type { OpenWriteOptions, TransferResult } from "./transfer-options.ts";

/** A file of the server that is open for writing. Until it is committed or abandoned, other calls are rejected. */
export class FtpUpload implements WritableFile<TransferResult> {
  readonly path: string;
  readonly #source: PushedSource;
  readonly #moved: Promise<TransferResult>;
  #over: "committed" | "abandoned" | undefined;

  /** Made by `FtpClient.openWrite`. */
  constructor(path: string, source: PushedSource, moved: Promise<TransferResult>) {
    this.path = path;
    this.#source = source;
    this.#moved = moved;
  }

  /** As `WritableFile.write`. @throws FtpError why the transfer ended before its time. */
  write(from: Uint8Array): Promise<void> {
    return this.#source.push(from);
  }

  /** Ends the file, and waits until the server has confirmed it. @throws FtpReplyError, FtpTransferError. */
  commit(): Promise<TransferResult> {
    this.#over ??= "committed";
    if (this.#over === "committed") this.#source.end();
    return this.#moved;
  }

  /** Breaks the transfer off, so that no server takes what came for a whole file. What it keeps of that is its own matter. */
  async abandon(): Promise<void> {
    if (this.#over === undefined) {
      this.#over = "abandoned";
      this.#source.fail(new FtpTransferError("aborted", `Uploading ${this.path}`, "it was given up", { verb: "STOR" }));
    }
    await this.#moved.catch(ignore);
  }
}

/** As `FtpClient.openWrite`. @param release - Called once the upload is over. */
export async function openWrite(
  context: ClientContext,
  path: string,
  options: OpenWriteOptions,
  release: () => void,
): Promise<FtpUpload> {
  const begun = Date.now();
  const { append = false, offset = 0, signal } = options;
  const how = resolveFormat(options, downloadMode(context, path));
  if (offset > 0) mustKeepOffsets(how.format, "Going on at an offset");
  const source = new PushedSource();
  const aborted = (): void => {
    source.fail(new FtpTransferError("aborted", `Uploading ${path}`, "it was aborted", { cause: signal?.reason }));
  };
  signal?.addEventListener("abort", aborted, { once: true });
  const limits = [...context.options.bandwidth, ...bandwidthLimits(options.bandwidth)];
  const verb = append ? "APPE" : "STOR";
  const moved = sendSource(context, { verb, source, path, offset, how, limits, options })
    .then(
      ({ bytes, stored }) => ({ path: stored, bytes, offset, milliseconds: Date.now() - begun }),
      (error: unknown) => {
        source.fail(error);
        throw error;
      },
    )
    .finally(() => {
      signal?.removeEventListener("abort", aborted);
      release();
    });
  // Told by `write` and `commit`.
  moved.catch(ignore);
  await Promise.race([source.opened, moved]);
  return new FtpUpload(path, source, moved);
}

/** The pump's end of what is pushed. */
class PushedSource implements ReadableFile {
  /** Resolves once the server has accepted the transfer: nobody asks for octets before. */
  readonly opened: Promise<void>;
  #open: () => void = ignore;
  #rest: Uint8Array = new Uint8Array(0);
  #reader: { readonly into: Uint8Array; resolve(count: number): void; reject(cause: unknown): void } | undefined;
  #writer: { resolve(): void; reject(cause: unknown): void } | undefined;
  #ended = false;
  #failure: { readonly cause: unknown } | undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  read(into: Uint8Array): Promise<number> {
    this.#open();
    return new Promise((resolve, reject) => {
      this.#reader = { into, resolve, reject };
      this.#match();
    });
  }

  /** Hands octets over. Resolves once all are taken. */
  push(from: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rest = from;
      this.#writer = { resolve, reject };
      this.#match();
    });
  }

  end(): void {
    this.#ended = true;
    this.#match();
  }

  /** Nothing more is given or taken. The first cause counts. */
  fail(cause: unknown): void {
    this.#failure ??= { cause };
    this.#match();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Brings who reads and who writes together. */
  #match(): void {
    const [reader, writer] = [this.#reader, this.#writer];
    if (this.#failure !== undefined) {
      this.#settle();
      reader?.reject(this.#failure.cause);
      writer?.reject(this.#failure.cause);
      return;
    }
    if (writer !== undefined && this.#rest.length === 0) {
      this.#writer = undefined;
      writer.resolve();
    }
    if (reader === undefined || (this.#rest.length === 0 && !this.#ended)) return;
    const part = this.#rest.subarray(0, reader.into.length);
    reader.into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    this.#reader = undefined;
    reader.resolve(part.length);
    if (this.#rest.length > 0 || writer === undefined) return;
    this.#writer = undefined;
    writer.resolve();
  }

  #settle(): void {
    this.#reader = undefined;
    this.#writer = undefined;
  }
}

function ignore(): void {
  // Told elsewhere, or to nobody's use.
}
