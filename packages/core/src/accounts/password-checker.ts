/**
 * Checks passwords so that no other work waits for it: scrypt shares Node's threads with every file operation, so only
 * a few checks run at once and the rest queue; and a password that was right a moment ago is known by a keyed digest.
 * Peers take turns, so that one who guesses as fast as it can keeps nobody else from logging in.
 */
import { createHmac, randomBytes } from "node:crypto";
import { passwordLimit, verifyPassword } from "./password-hash.ts";

/** Checks that run at once. */
export const checksAtOnce = 1;
/** Checks that wait; for one more, one of the peer that has most waits no longer. */
export const checksWaiting = 256;
/** Milliseconds for which a right password is known without hashing, from its last use. */
export const verifiedLifetime = 60_000;
/** Right passwords that are known. */
export const verifiedKept = 1000;

/** Too many checks wait already. */
export class TooManyChecksError extends Error {
  override readonly name = "TooManyChecksError";
}

/** A check that waits for its turn. */
interface Waiting {
  readonly go: () => void;
  readonly giveUp: (error: TooManyChecksError) => void;
}

/** Checks passwords against hashes. */
export class PasswordChecker {
  readonly #key = randomBytes(32);
  /** From a digest of name, hash and password to the last use; in the order of use. */
  readonly #verified = new Map<string, number>();
  /** By peer; the first peer is the next to have its turn. */
  readonly #waiting = new Map<string, Waiting[]>();
  #waitingInAll = 0;
  #running = 0;

  /** Whether this password is known to be right, without hashing. */
  knows(password: string, hash: string): boolean {
    if (this.#verified.size === 0) return false;
    const digest = this.#digest(password, hash);
    const last = this.#verified.get(digest);
    if (last === undefined) return false;
    this.#verified.delete(digest);
    const now = performance.now();
    if (now - last > verifiedLifetime) return false;
    this.#verified.set(digest, now);
    return true;
  }

  /**
   * Hashes and compares.
   *
   * @param peer - Who asks: its address. Default: one for all who are not told.
   * @throws TooManyChecksError when too many wait already.
   */
  async check(password: string, hash: string, peer = ""): Promise<boolean> {
    if (Buffer.byteLength(password) > passwordLimit) return false;
    await this.#enter(peer);
    try {
      const right = await verifyPassword(password, hash);
      if (right) this.#remember(this.#digest(password, hash));
      return right;
    } finally {
      this.#leave();
    }
  }

  #remember(digest: string): void {
    this.#verified.delete(digest);
    this.#verified.set(digest, performance.now());
    if (this.#verified.size <= verifiedKept) return;
    const oldest = this.#verified.keys().next();
    if (oldest.done !== true) this.#verified.delete(oldest.value);
  }

  /** The hash is in the digest: a changed password is not known by its old one. */
  #digest(password: string, hash: string): string {
    return createHmac("sha256", this.#key).update(hash).update("\0").update(password).digest("base64");
  }

  #enter(peer: string): Promise<void> | undefined {
    if (this.#running < checksAtOnce) {
      this.#running++;
      return undefined;
    }
    const own = this.#waiting.get(peer) ?? [];
    if (this.#waitingInAll >= checksWaiting) this.#displace(own.length);
    return new Promise((go, giveUp) => {
      own.push({ go, giveUp });
      this.#waiting.set(peer, own);
      this.#waitingInAll++;
    });
  }

  /** Makes room at the cost of the peer that has most. @throws TooManyChecksError when that is the one who asks. */
  #displace(own: number): void {
    let longest: Waiting[] = [];
    for (const queue of this.#waiting.values()) if (queue.length > longest.length) longest = queue;
    const last = longest.length > own ? longest.pop() : undefined;
    if (last === undefined) throw new TooManyChecksError("Too many passwords wait to be checked");
    this.#waitingInAll--;
    last.giveUp(new TooManyChecksError("Others wait for their passwords to be checked"));
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
      return;
    }
    const [peer, queue] = next;
    const first = queue.shift();
    // To the end of the turns, if there is more.
    this.#waiting.delete(peer);
    if (queue.length > 0) this.#waiting.set(peer, queue);
    if (first === undefined) {
      this.#leave();
      return;
    }
    this.#waitingInAll--;
    // The place goes from hand to hand: the count stays as it is.
    first.go();
  }
}
