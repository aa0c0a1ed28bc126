/**
 * One large file over several sessions: each fetches a range by REST (RFC 3659 §5) and ends its transfer where the range
 * does. What is done is written down, so that a download that broke or was killed goes on.
 */
import { rm } from "node:fs/promises";
import { bandwidthLimits } from "../../net/index.ts";
import { digestReadable, makeDigest, type Destination } from "../../storage/index.ts";
import type { FtpClient } from "../client.ts";
import { FtpReplyError, FtpTransferError, LocalFileError } from "../errors.ts";
import { measured } from "../events.ts";
import { chooseHash, noHash } from "../hash.ts";
import { localDestination, openLocalRead } from "../local-file.ts";
import type { FtpPool } from "../pool/ftp-pool.ts";
import { ProgressMeter } from "../progress-meter.ts";
import { DownloadLock } from "./download-lock.ts";
import { PartFile, segmentsPath, statePath } from "./part-file.ts";
import { RangeSet } from "./ranges.ts";
import { canRestart, demandSame, identify } from "./remote-file.ts";
import { SegmentPlan } from "./segment-plan.ts";
import { fetchSegments } from "./segment-workers.ts";
import {
  resolveSegmentedOptions,
  type DiscardedState,
  type ResolvedSegmentedOptions,
  type SegmentedOptions,
  type SegmentedResult,
} from "./segmented-options.ts";
import { isSame, readState, type FileIdentity } from "./state-file.ts";
import { StateKeeper } from "./state-keeper.ts";

/** As `FtpPool.downloadSegmented`. */
export async function downloadSegmented(
  pool: FtpPool,
  path: string,
  to: string,
  options: SegmentedOptions,
): Promise<SegmentedResult> {
  const download = new SegmentedDownload(pool, path, resolveSegmentedOptions(options));
  return download.run(await localDestination(to));
}

/** What an earlier download left, if it can be gone on with. */
interface Found {
  readonly file: PartFile | undefined;
  readonly done: RangeSet;
  readonly discarded: DiscardedState | undefined;
}

class SegmentedDownload {
  readonly #pool: FtpPool;
  readonly #path: string;
  readonly #options: ResolvedSegmentedOptions;
  readonly #begun = Date.now();

  constructor(pool: FtpPool, path: string, options: ResolvedSegmentedOptions) {
    this.#pool = pool;
    this.#path = path;
    this.#options = options;
  }

  get #tried(): string {
    return `Downloading ${this.#path}`;
  }

  async run(destination: Destination): Promise<SegmentedResult> {
    const { signal } = this.#options;
    if (!destination.replaceable) return this.#whole(destination, undefined);
    const identity = await this.#use(async (client) => {
      const found = await identify(client, this.#path, signal);
      return found !== undefined && (await canRestart(client, signal)) ? found : undefined;
    });
    // What another one has under way must neither be written over nor taken away.
    const lock = await DownloadLock.take(destination.path);
    try {
      return await this.#locked(destination, identity);
    } finally {
      await lock.release();
    }
  }

  async #locked(destination: Destination, identity: FileIdentity | undefined): Promise<SegmentedResult> {
    const tooSmall = identity === undefined || identity.size < 2 * this.#options.minSegment;
    if (tooSmall) return this.#whole(destination, undefined);
    const found = await this.#find(destination, identity);
    try {
      return await this.#inSegments(destination, identity, found);
    } catch (error) {
      // FEAT told of REST, and the server has none.
      const noRest = error instanceof FtpReplyError && error.verb === "REST" && !error.transient;
      if (noRest) return this.#whole(destination, found.discarded);
      throw error;
    }
  }

  /** The ordinary way, in one session. */
  async #whole(destination: Destination, discarded: DiscardedState | undefined): Promise<SegmentedResult> {
    if (destination.replaceable) await this.#forget(destination.path);
    const result = await this.#pool.download(this.#path, destination.path, this.#options);
    return { ...result, segments: 1, discarded };
  }

  async #inSegments(destination: Destination, identity: FileIdentity, found: Found): Promise<SegmentedResult> {
    const { segments, minSegment, signal, retry } = this.#options;
    const { done, discarded } = found;
    const file = found.file ?? (await PartFile.create(destination, identity.size));
    const offset = done.total;
    const plan = new SegmentPlan(identity.size, done, segments, minSegment);
    const over = new AbortController();
    const abort = (): void => over.abort(signal?.reason);
    const state = { path: this.#path, identity, done };
    const keeper = new StateKeeper(this.#stateFile(destination.path), file, state, (error) => over.abort(error));
    const told = this.#progress(plan, offset);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      await keeper.save();
      const work = {
        pool: this.#pool,
        path: this.#path,
        identity,
        plan,
        file,
        limits: bandwidthLimits(this.#options.bandwidth),
        retry,
        over,
        onBytes: () => {
          keeper.note();
          told();
        },
      };
      const moved = plan.complete ? 0 : await fetchSegments(work, Math.min(segments, Math.max(1, plan.waiting)));
      await this.#confirm(file, identity);
      await file.commit(destination, this.#options.preserveTime === true ? identity.modified : undefined);
      await keeper.remove();
      const milliseconds = Date.now() - this.#begun;
      return { path: this.#path, bytes: plan.size - offset, offset, milliseconds, segments: moved, discarded };
    } catch (error) {
      await this.#giveUp(error, file, keeper);
      throw this.#told(error);
    } finally {
      signal?.removeEventListener("abort", abort);
      await file.close();
    }
  }

  /** Tells of the whole file's progress. */
  #progress(plan: SegmentPlan, offset: number): () => void {
    const { onProgress } = this.#options;
    const meter = new ProgressMeter();
    return () => {
      const bytes = plan.done.total - offset;
      meter.add(bytes - meter.moved);
      onProgress?.(measured({ path: this.#path, direction: "download", bytes, offset, size: plan.size }, meter));
    };
  }

  /** What is known to be wrong is removed; what is only not whole is kept, and written down. */
  async #giveUp(error: unknown, file: PartFile, keeper: StateKeeper): Promise<void> {
    const wrong = error instanceof FtpTransferError && (error.kind === "changed" || error.kind === "hash-mismatch");
    const useless = error instanceof FtpReplyError && error.verb === "REST" && !error.transient;
    if (wrong || useless) {
      await keeper.remove();
      await file.remove();
    } else {
      // The first failure is what the caller is told.
      await keeper.save().catch(() => undefined);
    }
  }

  #told(error: unknown): unknown {
    const { signal } = this.#options;
    if (signal?.aborted !== true) return error;
    return new FtpTransferError("aborted", this.#tried, "it was aborted", { cause: signal.reason });
  }

  async #find(destination: Destination, identity: FileIdentity): Promise<Found> {
    const { path } = destination;
    const nothing = async (discarded: DiscardedState | undefined): Promise<Found> => {
      await this.#forget(path);
      return { file: undefined, done: new RangeSet(), discarded };
    };
    const state = await readState(this.#stateFile(path));
    if (state === "missing") return nothing(undefined);
    if (state === "unreadable") return nothing("unreadable");
    if (state.path !== this.#path || !isSame(state.identity, identity)) return nothing("changed");
    const file = await PartFile.reopen(destination, identity.size);
    if (file === undefined) return nothing("no-part");
    return { file, done: new RangeSet(state.done), discarded: undefined };
  }

  /** Compares size and time, and the hash where that is wanted and offered. @throws FtpTransferError. */
  async #confirm(file: PartFile, identity: FileIdentity): Promise<void> {
    const { verify, signal } = this.#options;
    await this.#use(async (client) => {
      await demandSame(client, this.#path, identity, signal);
      if (verify === false) return;
      const choice = chooseHash(client.features, undefined, false);
      if (choice === undefined && verify === true) throw noHash(this.#tried);
      if (choice === undefined) return;
      try {
        await this.#compareHash(client, file, choice.algorithm);
      } catch (error) {
        // Nobody insists on a hash that the server offers and then refuses, as for files that are too large for it.
        if (verify === true || !(error instanceof FtpReplyError) || error.transient) throw error;
      }
    });
  }

  async #compareHash(
    client: FtpClient,
    file: PartFile,
    algorithm: NonNullable<ReturnType<typeof chooseHash>>["algorithm"],
  ): Promise<void> {
    const { signal } = this.#options;
    const [there, here] = await Promise.all([
      client.hash(this.#path, { algorithm, ...(signal === undefined ? {} : { signal }) }),
      digestOf(file.file, algorithm),
    ]);
    if (there.digits === here) return;
    const message = `the ${algorithm} is ${here} here and ${there.digits} on the server`;
    throw new FtpTransferError("hash-mismatch", this.#tried, message);
  }

  #stateFile(path: string): string {
    return this.#options.stateFile ?? statePath(path);
  }

  async #forget(path: string): Promise<void> {
    try {
      await rm(segmentsPath(path), { force: true });
      await rm(this.#stateFile(path), { force: true });
    } catch (cause) {
      throw new LocalFileError(`Writing ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  #use<T>(operation: (client: FtpClient) => Promise<T>): Promise<T> {
    const { signal, retry } = this.#options;
    return this.#pool.use(operation, {
      nests: false,
      ...(signal === undefined ? {} : { signal }),
      ...(retry === undefined ? {} : { retry }),
    });
  }
}

async function digestOf(
  path: string,
  algorithm: NonNullable<ReturnType<typeof chooseHash>>["algorithm"],
): Promise<string> {
  const digest = makeDigest(algorithm);
  const file = await openLocalRead(path, 0);
  try {
    await digestReadable(file, digest);
  } finally {
    await file.close();
  }
  return digest.end();
}
