/** Who waits for a session, in the order in which they asked. */
import { ClientBusyError, FtpTransferError } from "../errors.ts";
import type { PooledSession } from "./pooled-session.ts";
import type { PoolUse } from "./pool-use.ts";

interface Waiter {
  /** The use inside whose operation it is asked for. */
  readonly within: PoolUse | undefined;
  readonly resolve: (session: PooledSession) => void;
  readonly reject: (cause: unknown) => void;
}

/** The queue before a pool's sessions. */
export class SessionQueue {
  readonly #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** Waits in the queue. @throws What it is rejected with; FtpTransferError `aborted` when the signal fires. */
  wait(within: PoolUse | undefined, signal: AbortSignal | undefined): Promise<PooledSession> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(abortedWait(signal?.reason));
      };
      const done =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          signal?.removeEventListener("abort", give);
          settle(value);
        };
      const waiter: Waiter = { within, resolve: done(resolve), reject: done(reject) };
      signal?.addEventListener("abort", give, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Hands a session to whoever waits longest. @returns false when nobody does. */
  serve(session: PooledSession): boolean {
    const waiter = this.#waiters.shift();
    waiter?.resolve(session);
    return waiter !== undefined;
  }

  /** Tells everybody that there will be none. */
  rejectAll(cause: unknown): void {
    for (const { reject } of this.#waiters.splice(0)) reject(cause);
  }

  /**
   * Where each session's own operation waits for another session, none will ever be given back: the last that asked inside
   * an operation is refused.
   */
  breakDeadlock(busy: ReadonlySet<PooledSession>): void {
    if (busy.size === 0) return;
    const waiting = new Set(this.#waiters.flatMap(({ within }) => [...(within?.waiting() ?? [])]));
    for (const session of busy) if (!waiting.has(session)) return;
    const index = this.#waiters.findLastIndex(({ within }) => within?.isWithin === true);
    const [last] = this.#waiters.splice(index, 1);
    const message = "all its sessions are those of operations that wait for another one";
    last?.reject(new ClientBusyError("Using the pool", message));
  }
}

/** The error of a wait that the caller gave up. */
export function abortedWait(cause: unknown): FtpTransferError {
  return new FtpTransferError("aborted", "Waiting for a session", "it was aborted", { cause });
}
