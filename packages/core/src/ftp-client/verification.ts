/**
 * Whether both ends have the same octets, by the server's hash: what moves is hashed on its way, and compared once the
 * transfer is done. A download takes its name only after that.
 */
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import { digestReadable, makeDigest, type Digest } from "../storage/index.ts";
import { isText } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpTransferError } from "./errors.ts";
import { chooseHash, noHash, remoteHash, type HashChoice } from "./hash.ts";
import { resolveFormat, type FormatOptions } from "./format-options.ts";
import { openLocalRead } from "./local-file.ts";

/** What is to be verified. */
export interface VerificationRequest {
  readonly path: string;
  /** What is tried, for errors. */
  readonly tried: string;
  /** How the file travels. */
  readonly format: FormatOptions;
  /** The server's octet that the first hashed one is. */
  readonly start: number;
  readonly signal: AbortSignal | undefined;
}

/** The verification of one transfer. */
export class Verification {
  readonly #context: ClientContext;
  readonly #request: VerificationRequest;
  readonly #choice: HashChoice;
  readonly #digest: Digest;
  #hashed = 0;
  #mismatched = false;

  private constructor(context: ClientContext, request: VerificationRequest, choice: HashChoice, digest: Digest) {
    this.#context = context;
    this.#request = request;
    this.#choice = choice;
    this.#digest = digest;
  }

  /**
   * Before the transfer: what cannot be verified afterwards is not begun.
   *
   * @throws FtpTransferError `no-hash` when the server offers none, or the octets change on their way.
   */
  static async begin(context: ClientContext, request: VerificationRequest): Promise<Verification> {
    const { tried, format, start } = request;
    if (isText(resolveFormat(format).format.type)) {
      throw new FtpTransferError("no-hash", tried, "in text transfers the octets differ, and cannot be verified");
    }
    const choice = chooseHash(context.features, undefined, start > 0);
    if (choice === undefined) throw noHash(tried);
    return new Verification(context, request, choice, makeDigest(choice.algorithm));
  }

  /** Whether the two ends were found to differ. */
  get mismatched(): boolean {
    return this.#mismatched;
  }

  /** Hashes octets that were here before. */
  add(bytes: Uint8Array): void {
    this.#digest.update(bytes);
    this.#hashed += bytes.length;
  }

  /** Hashes the first octets of a local file, which were here before. @throws LocalFileError. */
  async addFile(path: string, length: number): Promise<void> {
    const file = await openLocalRead(path, 0);
    try {
      await digestReadable(file, { update: (bytes) => this.add(bytes) }, { length });
    } finally {
      await file.close();
    }
  }

  /** A source whose octets are hashed as they are read. */
  reading(source: ReadableFile): ReadableFile {
    const counted = (into: Uint8Array, count: number): number => {
      this.add(into.subarray(0, count));
      return count;
    };
    const readNow = source.readNow?.bind(source);
    return {
      ...(source.size === undefined ? {} : { size: source.size }),
      read: async (into: Uint8Array) => counted(into, await source.read(into)),
      ...(readNow === undefined
        ? {}
        : {
            readNow: (into: Uint8Array) => {
              const count = readNow(into);
              return count === undefined ? undefined : counted(into, count);
            },
          }),
      close: () => source.close(),
    };
  }

  /** A sink whose octets are hashed as they are written, and which is committed only when they are the server's. */
  writing<T>(sink: WritableFile<T>): WritableFile<T> {
    const writev = sink.writev?.bind(sink);
    const writeNow = sink.writeNow?.bind(sink);
    return {
      write: (from) => {
        this.add(from);
        return sink.write(from);
      },
      ...(writev === undefined
        ? {}
        : {
            writev: (from: readonly Uint8Array[]) => {
              for (const part of from) this.add(part);
              return writev(from);
            },
          }),
      ...(writeNow === undefined
        ? {}
        : {
            writeNow: (from: Uint8Array) => {
              const taken = writeNow(from);
              if (taken) this.add(from);
              return taken;
            },
          }),
      commit: async () => {
        await this.compare();
        return sink.commit();
      },
      abandon: () => sink.abandon(),
    };
  }

  /** Compares. @throws FtpTransferError `hash-mismatch`; FtpReplyError when the server tells no hash. */
  async compare(): Promise<void> {
    const { path, tried, start, signal } = this.#request;
    const here = this.#digest.end();
    // Nothing has one hash only, and no range.
    if (start > 0 && this.#hashed === 0) return;
    const { algorithm } = this.#choice;
    const part = start === 0 ? {} : { range: { start, end: start + this.#hashed } };
    const there = await remoteHash(this.#context, path, {
      algorithm,
      ...part,
      ...(signal === undefined ? {} : { signal }),
    });
    if (there.digits === here) return;
    this.#mismatched = true;
    const message = `the ${algorithm} is ${here} here and ${there.digits} on the server`;
    throw new FtpTransferError("hash-mismatch", tried, message);
  }
}
