/**
 * A transfer that is tried again goes on where the attempt before stopped, and looks more closely at what came.
 *
 * It goes on only with what is its own: another file of that name, which was there before or came meanwhile, must not
 * become the beginning of this one.
 */
import { rm, stat } from "node:fs/promises";
import type { FtpClient } from "../client.ts";
import { FtpTransferError } from "../errors.ts";
import { chooseHash } from "../hash.ts";
import { localDestination, partPath } from "../local-file.ts";
import type { DownloadOptions, TransferResult, UploadOptions } from "../transfer-options.ts";
import { AttemptsProgress } from "./attempts-progress.ts";

/** Octets below which a file is sent anew rather than gone on with: it saves asking for its size first. */
const worthResuming: number = 1024 * 1024;

/** Hides from the policy a failure behind which nothing can be tried again; its cause is that failure. */
export class LastAttemptError extends Error {
  override readonly name = "LastAttemptError";

  constructor(cause: unknown) {
    super("what came cannot be taken back", { cause });
  }
}

/** A download with as many attempts as it takes. */
export class DownloadAttempts {
  readonly #path: string;
  readonly #to: string;
  readonly #options: DownloadOptions;
  readonly #progress: AttemptsProgress;
  /** Octets that came at most since an attempt last began anew. */
  #reached = 0;
  /** The server's octets of the file then, where it told. */
  #size: number | undefined;
  /** What lay under the part's name before all attempts. */
  #first: string | undefined;
  /** The same before the attempt that last began anew: none of its own. */
  #strange: string | undefined;

  constructor(path: string, to: string, options: DownloadOptions) {
    this.#path = path;
    this.#to = to;
    this.#options = options;
    this.#progress = new AttemptsProgress(options.onProgress);
  }

  /**
   * One attempt.
   *
   * @param before - Why the one before failed; undefined for the first.
   * @throws LastAttemptError in place of what failed once a pipe or device has some of the file: it would have it twice.
   */
  async run(client: FtpClient, before: unknown): Promise<TransferResult> {
    if (before instanceof LastAttemptError) throw before;
    try {
      return await this.#attempt(client, before);
    } catch (error) {
      throw this.#reached > 0 && !(await isReplaceable(this.#to)) ? new LastAttemptError(error) : error;
    }
  }

  async #attempt(client: FtpClient, before: unknown): Promise<TransferResult> {
    const part = await partOf(this.#to);
    const goesOn = canGoOn(before, this.#options) && part !== undefined && (await this.#isOurs(client, part));
    if (before === undefined) this.#first = part?.identity;
    if (!goesOn) {
      this.#strange = part?.identity;
      this.#reached = 0;
    }
    this.#progress.begin();
    const result = await client.download(this.#path, this.#to, {
      ...this.#options,
      ...howAgain(goesOn, before, verifies(client, this.#options)),
      onProgress: (event) => {
        this.#reached = Math.max(this.#reached, event.offset + event.bytes);
        this.#size = event.size;
        this.#progress.tell(event);
      },
    });
    if (before !== undefined) await this.#removePart();
    return result;
  }

  /** An attempt that was not gone on with may have left its part. */
  async #removePart(): Promise<void> {
    const part = await partOf(this.#to);
    if (part !== undefined && part.identity !== this.#first) await rm(part.path, { force: true });
  }

  /** Whether what is kept here is what the attempts before brought, and the server's file has not changed its size. */
  async #isOurs(client: FtpClient, part: KeptPart): Promise<boolean> {
    if (part.size === 0 || part.size > this.#reached || part.identity === this.#strange) return false;
    const size = await client.size(this.#path, this.#options);
    return size === undefined || (size >= part.size && (this.#size === undefined || size === this.#size));
  }
}

/** What a broken download left. */
interface KeptPart {
  readonly path: string;
  readonly size: number;
  /** Another one for each file that was ever there. */
  readonly identity: string;
}

async function isReplaceable(to: string): Promise<boolean> {
  return localDestination(to).then(
    ({ replaceable }) => replaceable,
    () => true,
  );
}

async function partOf(to: string): Promise<KeptPart | undefined> {
  try {
    const path = partPath((await localDestination(to)).path);
    const { ino, size, mtimeMs } = await stat(path);
    return { path, size, identity: `${ino} ${size} ${mtimeMs}` };
  } catch {
    // There is none; what else is wrong the download itself tells.
    return undefined;
  }
}

/** An upload with as many attempts as it takes. */
export class UploadAttempts {
  readonly #from: string | Uint8Array;
  readonly #path: string;
  readonly #options: UploadOptions;
  readonly #progress: AttemptsProgress;
  /** Octets of the server's file before the first attempt; undefined when there was none, or it was not asked. */
  #sizeBefore: number | undefined;
  #asked = false;
  /** Octets that were sent at most. */
  #reached = 0;

  constructor(from: string | Uint8Array, path: string, options: UploadOptions) {
    this.#from = from;
    this.#path = path;
    this.#options = options;
    this.#progress = new AttemptsProgress(options.onProgress);
  }

  /** One attempt. @param before - Why the one before failed; undefined for the first. */
  async run(client: FtpClient, before: unknown): Promise<TransferResult> {
    if (!this.#asked && (await this.#isWorthResuming())) {
      this.#sizeBefore = await client.size(this.#path, this.#options);
      this.#asked = true;
    }
    const goesOn = canGoOn(before, this.#options) && (await this.#isOurs(client));
    this.#progress.begin();
    return client.upload(this.#from, this.#path, {
      ...this.#options,
      ...howAgain(goesOn, before, verifies(client, this.#options)),
      onProgress: (event) => {
        this.#reached = Math.max(this.#reached, event.offset + event.bytes);
        this.#progress.tell(event);
      },
    });
  }

  async #isWorthResuming(): Promise<boolean> {
    if (typeof this.#from !== "string") return this.#from.length >= worthResuming;
    // What cannot be looked at is told by the upload itself.
    const found = await stat(this.#from).catch(() => undefined);
    return found !== undefined && found.size >= worthResuming;
  }

  /** Whether what the server shows is the beginning that an attempt before sent: another size than before, not too large. */
  async #isOurs(client: FtpClient): Promise<boolean> {
    if (!this.#asked || this.#reached === 0) return false;
    const size = await client.size(this.#path, this.#options);
    return size !== undefined && size > 0 && size !== this.#sizeBefore && size <= this.#reached;
  }
}

/** What was found to differ was no beginning of this file, whoever wanted it gone on with: it comes anew. */
function howAgain(goesOn: boolean, before: unknown, verify: boolean): Pick<DownloadOptions, "resume" | "verify"> {
  if (goesOn) return { resume: true, verify };
  const differs =
    before instanceof FtpTransferError && (before.kind === "size-mismatch" || before.kind === "hash-mismatch");
  return differs ? { resume: false } : {};
}

/** What was found to differ is not to be gone on with, nor text, whose octets do not count alike on both ends. */
function canGoOn(before: unknown, options: DownloadOptions | UploadOptions): boolean {
  const { type = "binary", structure = "file", restart } = options;
  if (before === undefined || type !== "binary" || structure !== "file" || restart !== undefined) return false;
  if ("offset" in options) return false;
  return !(before instanceof FtpTransferError) || before.kind === "broken";
}

/** Octets of two attempts are one file only if nobody changed it in between: its size tells much, its hash all. */
function verifies(client: FtpClient, { verify }: DownloadOptions | UploadOptions): boolean {
  return verify ?? chooseHash(client.features, undefined, false) !== undefined;
}
