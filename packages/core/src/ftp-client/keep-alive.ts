/**
 * NOOP on the control connection while a transfer runs, so that nobody on the way takes it for dead.
 *
 * Servers differ in when they answer: at once, only after the transfer, or never, and some do not know NOOP then. What is
 * a NOOP's answer is told by its code: a transfer that began ends by 226, 250, 425, 426, 45x, 55x or 421 (RFC 959 §5.4), a
 * NOOP is answered by 200, or by 500 to 503. Answers that are still due after the transfer are read off before the next
 * command, behind one whose own answer cannot be mistaken.
 */
import type { ReceivedReply } from "../protocol/index.ts";
import type { ControlConnection } from "./control-connection.ts";

/** Unanswered NOOPs after which no more are sent: a server that reads none while it sends need not store more. */
export const unansweredNoops = 32;

/** Milliseconds for the answers that are still due after a transfer; then the session is closed. */
export const lateReplies = 3_000;

const noopReplies: ReadonlySet<number> = new Set([200, 202, 500, 501, 502, 503]);

/** NOOPs of one transfer. */
export class NoopKeepAlive {
  readonly #control: ControlConnection;
  readonly #timer: NodeJS.Timeout;
  #unanswered = 0;

  /** @param every - Milliseconds. */
  constructor(control: ControlConnection, every: number) {
    this.#control = control;
    control.takesReply = (reply) => this.#takes(reply);
    this.#timer = setInterval(() => {
      if (control.closed || this.#unanswered >= unansweredNoops) return;
      this.#unanswered++;
      control.send("NOOP", undefined);
    }, every);
    this.#timer.unref();
  }

  /** No more are sent; what still comes is still taken. May be called more than once. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Stops, and brings the connection into step: reads off the answers that did not come yet. Where that cannot be done the
   * connection is closed. Never rejects.
   */
  async settle(): Promise<void> {
    this.stop();
    const control = this.#control;
    try {
      if (this.#unanswered > 0 && !control.closed) await this.#readOff();
    } catch {
      // The connection is gone, which its next user is told.
    } finally {
      control.takesReply = undefined;
    }
  }

  async #readOff(): Promise<void> {
    const control = this.#control;
    control.takesReply = undefined;
    control.send("PWD", undefined);
    // Answers come in the order of commands: behind PWD's own none is due.
    for (let due = this.#unanswered + 1; due > 0; due--) {
      const reply = await control.replyWithin(lateReplies);
      if (reply === undefined) return control.destroy();
      if (reply.code !== 257) continue;
      control.inStep();
      return;
    }
  }

  #takes({ code }: ReceivedReply): boolean {
    if (this.#unanswered === 0 || !noopReplies.has(code)) return false;
    this.#unanswered--;
    return true;
  }
}
