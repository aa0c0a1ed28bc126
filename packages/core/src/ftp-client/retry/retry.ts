/** Trying again: how often, and how long to wait in between. */
import { isRetryable } from "./retryable.ts";

/** What is about to be tried again. */
export interface RetryEvent {
  /** 1 for the first attempt after the one that failed first. */
  readonly retry: number;
  /** Milliseconds until then. */
  readonly delay: number;
  /** Why the attempt before failed. */
  readonly error: unknown;
}

/** How something is tried again. */
export interface RetryPolicy {
  /** Attempts after the first. Default 3. */
  readonly retries?: number;
  /** Milliseconds before the first of them, doubled for each after it. Default 1,000. */
  readonly delay?: number;
  /** Milliseconds between two attempts at most. Default 30,000. */
  readonly longestDelay?: number;
  /** Which failures may pass. Default `isRetryable`. */
  readonly retryable?: (error: unknown) => boolean;
  /** Told before each wait. */
  readonly onRetry?: (event: RetryEvent) => void;
  /** A number from 0 to 1 that shortens each wait by up to a half, so that many clients do not come back at once. */
  readonly random?: () => number;
}

/** No attempt but the first. */
export const noRetries: RetryPolicy = { retries: 0 };

const defaultRetries = 3;
const defaultDelay = 1_000;
const defaultLongestDelay = 30_000;
/** Timers of more milliseconds run out at once. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs an operation until it succeeds, or fails for good.
 *
 * @param operation - Is told which retry it is, 0 for the first attempt, and why the attempt before failed.
 * @param signal - Ends waits between attempts; a function is called once there is one, for signals that few operations need.
 * @throws What the last attempt threw; the signal's reason when it fires while an attempt is waited for.
 */
export async function withRetries<T>(
  operation: (retry: number, before: unknown) => Promise<T>,
  policy: RetryPolicy = {},
  signal?: AbortSignal | (() => AbortSignal),
): Promise<T> {
  const { retries = defaultRetries, retryable = isRetryable } = policy;
  let before: unknown;
  for (let retry = 0; ; retry++) {
    try {
      return await operation(retry, before);
    } catch (error) {
      if (retry >= retries || !retryable(error)) throw error;
      const ending = typeof signal === "function" ? signal() : signal;
      if (ending?.aborted === true) throw error;
      const delay = delayBefore(retry, policy);
      before = error;
      policy.onRetry?.({ retry: retry + 1, delay, error });
      ending?.throwIfAborted();
      await pause(delay, ending);
    }
  }
}

/** Doubled for each attempt, up to the longest, and up to a half of it taken off. */
function delayBefore(retry: number, policy: RetryPolicy): number {
  const { delay = defaultDelay, longestDelay = defaultLongestDelay, random = Math.random } = policy;
  return Math.min(longestDelay, longestTimer, delay * 2 ** Math.min(retry, 30)) * (1 - random() / 2);
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      signal?.removeEventListener("abort", give);
      resolve();
    }
    function give(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
    signal?.addEventListener("abort", give, { once: true });
  });
}
