/** Those who fetch segments: each in a session of the pool's, one segment after the other, until the file is whole. */
import type { BandwidthLimit } from "../../net/index.ts";
import type { FtpClient } from "../client.ts";
import { FtpTransferError, LocalFileError } from "../errors.ts";
import type { FtpPool } from "../pool/ftp-pool.ts";
import type { RetryPolicy } from "../retry/retry.ts";
import { isRetryable } from "../retry/retryable.ts";
import type { PartFile } from "./part-file.ts";
import { demandSame } from "./remote-file.ts";
import type { Segment, SegmentPlan } from "./segment-plan.ts";
import { SegmentSink } from "./segment-sink.ts";
import type { FileIdentity } from "./state-file.ts";

/** Milliseconds after which who is free looks again whether somebody has become slow. */
const lookAgain = 500;

/** What workers share. */
export interface SegmentWork {
  readonly pool: FtpPool;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly plan: SegmentPlan;
  readonly file: PartFile;
  readonly limits: readonly BandwidthLimit[];
  readonly retry: RetryPolicy | undefined;
  /** Ends all of them. */
  readonly over: AbortController;
  readonly onBytes: () => void;
}

/** Runs workers until the file is whole. @returns Segments that moved. @throws What kept the last of them from going on. */
export async function fetchSegments(work: SegmentWork, workers: number): Promise<number> {
  const { plan, over } = work;
  const tally = { segments: 0, left: workers };
  const wake = (): void => plan.wake();
  over.signal.addEventListener("abort", wake);
  const run = async (): Promise<void> => {
    const worker = new SegmentWorker(work, tally);
    try {
      await worker.run();
      if (plan.complete) over.abort();
    } catch (error) {
      // Others may still be able to, unless nobody could.
      if (--tally.left === 0 || !worker.mayPass(error)) over.abort(error);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, run));
  } finally {
    over.signal.removeEventListener("abort", wake);
  }
  if (!plan.complete) throw over.signal.reason;
  return tally.segments;
}

class SegmentWorker {
  readonly #work: SegmentWork;
  readonly #tally: { segments: number };
  /** Octets a second of the last segment. */
  #rate = 0;
  /** The server's file may have become another one since it was looked at. */
  #doubtful = false;

  constructor(work: SegmentWork, tally: { segments: number }) {
    this.#work = work;
    this.#tally = tally;
  }

  /** Whether somebody else may not meet the same. */
  mayPass(error: unknown): boolean {
    return (this.#work.retry?.retryable ?? isRetryable)(error);
  }

  async run(): Promise<void> {
    const { pool, plan, over, retry } = this.#work;
    const { signal } = over;
    while (!plan.complete && !signal.aborted) {
      await pool.use((client) => this.#session(client), {
        nests: false,
        signal,
        ...(retry === undefined ? {} : { retry }),
      });
    }
  }

  /** Fetches segments as long as the session lasts, or nothing is left to do. */
  async #session(client: FtpClient): Promise<void> {
    const { path, identity, plan, over, retry } = this.#work;
    if (this.#doubtful) await demandSame(client, path, identity, over.signal);
    this.#doubtful = false;
    for (let segment = await this.#next(); segment !== undefined; segment = await this.#next()) {
      try {
        await this.#fetch(client, segment);
      } catch (error) {
        this.#doubtful = true;
        // What came further is another beginning: only attempts that bring nothing are counted.
        if (segment.position === segment.start || over.signal.aborted || !this.mayPass(error)) throw error;
        retry?.onRetry?.({ retry: 1, delay: 0, error });
        return;
      } finally {
        if (segment.meter.rate > 0) this.#rate = segment.meter.rate;
        if (segment.position > segment.start) this.#tally.segments++;
        plan.leave(segment);
      }
      if (client.closed) return;
    }
  }

  /** The next segment, once there is one; undefined when there will be none. */
  async #next(): Promise<Segment | undefined> {
    const { plan, over } = this.#work;
    while (!plan.complete && !over.signal.aborted) {
      const segment = plan.take(this.#rate);
      if (segment !== undefined) return segment;
      await plan.changed(lookAgain);
    }
    return undefined;
  }

  /** Moves one segment; its transfer is ended where the range is. */
  async #fetch(client: FtpClient, segment: Segment): Promise<void> {
    const { path, plan, file, over, limits, onBytes } = this.#work;
    const tried = `Downloading ${path}`;
    const stop = new AbortController();
    const halt = (): void => stop.abort(over.signal.reason);
    over.signal.addEventListener("abort", halt, { once: true });
    if (over.signal.aborted) halt();
    segment.stop = () => stop.abort();
    try {
      const download = await client.openRead(path, {
        offset: segment.start,
        mode: "stream",
        signal: stop.signal,
        bandwidth: limits,
      });
      await download.into(new SegmentSink({ plan, segment, file, tried, onBytes }));
    } catch (error) {
      // It was ended here, where its range is; or its range was given to somebody faster.
      if (segment.left > 0 || !stop.signal.aborted || isFinal(error)) throw error;
    } finally {
      over.signal.removeEventListener("abort", halt);
      segment.stop = undefined;
    }
    if (segment.left > 0) throw await this.#tooShort(client, segment);
  }

  /** The server ended the file before its end: because it is another one now, or as broken transfers end. */
  async #tooShort(client: FtpClient, segment: Segment): Promise<Error> {
    const { path, identity, over } = this.#work;
    await demandSame(client, path, identity, over.signal);
    return new FtpTransferError("broken", `Downloading ${path}`, `${segment.left} octets did not come`);
  }
}

/** Whether an error is not of the transfer's end, but of what became of its octets. */
function isFinal(error: unknown): boolean {
  return error instanceof LocalFileError || (error instanceof FtpTransferError && error.kind === "changed");
}
