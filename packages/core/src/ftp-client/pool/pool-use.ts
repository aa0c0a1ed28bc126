/** One use of a session: the session, and the use inside whose operation it was asked for. */
import type { PooledSession } from "./pooled-session.ts";

/** A use of a session, from the moment it is had until the operation settles. */
export class PoolUse {
  readonly session: PooledSession;
  readonly #outer: PoolUse | undefined;
  #over = false;

  /** @param outer - The use inside whose operation this one was asked for; undefined outside of all. */
  constructor(session: PooledSession, outer: PoolUse | undefined) {
    this.session = session;
    this.#outer = outer;
  }

  /** The operation settled: what it left running holds no session back any more. */
  end(): void {
    this.#over = true;
  }

  /** The sessions that wait where something inside this use waits: its own, and those of the uses around it. */
  *waiting(): Generator<PooledSession> {
    if (!this.#over) yield this.session;
    if (this.#outer !== undefined) yield* this.#outer.waiting();
  }

  /** Whether an operation is still to settle inside which this use is. */
  get isWithin(): boolean {
    return !this.waiting().next().done;
  }
}
