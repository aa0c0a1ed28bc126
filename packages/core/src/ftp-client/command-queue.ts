/**
 * One operation at a time on a control connection (RFC 959 §5.4): calls queue up by themselves.
 *
 * Behind a transfer that the caller drives they do not: the caller may be waiting for the very call that would wait for
 * it. They are rejected at once, with the transfer's name.
 */
import { ClientBusyError, FtpTransferError } from "./errors.ts";

/** The queue of a client. */
export class CommandQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #driven: string | undefined;

  /** What transfer of the caller's is open; undefined when none is. */
  get driven(): string | undefined {
    return this.#driven;
  }

  /**
   * Runs an operation after those before it.
   *
   * @param tried - What it is, for errors.
   * @param operation - It is waited for even when `signal` has fired: its reply must not be taken for another's.
   * @throws ClientBusyError; FtpTransferError `aborted` when the signal fires first.
   */
  run<T>(tried: string, operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#driven !== undefined) {
      return Promise.reject(
        new ClientBusyError(tried, `${this.#driven} is open; close it first, or use another client`),
      );
    }
    return this.#enqueue(tried, operation, signal);
  }

  /**
   * As `run`, for an operation that the caller drives: other calls are rejected from now on until `release`.
   *
   * @returns What the operation gave, and a function that ends it.
   */
  async drive<T>(tried: string, operation: (release: () => void) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#driven !== undefined) return this.run(tried, () => Promise.reject(new Error("unreachable")));
    this.#driven = tried;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = () => {
        this.#driven = undefined;
        resolve();
      };
    });
    const started = this.#enqueue(tried, () => operation(release), signal);
    // The queue goes on when the caller is done, not when the operation has begun.
    this.#tail = Promise.all([started.catch(() => undefined), released]);
    try {
      return await started;
    } catch (error) {
      release();
      throw error;
    }
  }

  #enqueue<T>(tried: string, operation: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const result = this.#tail.then(() => {
      if (signal?.aborted === true)
        throw new FtpTransferError("aborted", tried, "it was aborted", { cause: signal.reason });
      return operation();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
