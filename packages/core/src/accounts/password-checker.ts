/**
 * Checks passwords so that no other work waits for it: scrypt shares Node's threads with every file operation, so only
 * a few checks run at once and the rest queue; and a password that was right a moment ago is known by a keyed digest.
 */
import { createHmac, randomBytes } from "node:crypto";
import { passwordLimit, verifyPassword } from "./password-hash.ts";

/** Checks that run at once. */
export const checksAtOnce = 1;
/** Checks that wait; more are refused. */
export const checksWaiting = 256;
/** Milliseconds for which a right password is known without hashing, from its last use. */
export const verifiedLifetime = 60_000;
/** Right passwords that are known. */
export const verifiedKept = 1000;

/** Too many checks wait already. */
export class TooManyChecksError extends Error {
  override readonly name = "TooManyChecksError";
}

/** Checks passwords against hashes. */
export class PasswordChecker {
  readonly #key = randomBytes(32);
  /** From a digest of name, hash and password to the last use; in the order of use. */
  readonly #verified = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** Whether this password is known to be right, without hashing. */
  knows(password: string, hash: string): boolean {
    if (this.#verified.size === 0) return false;
    const digest = this.#digest(password, hash);
    const last = this.#verified.get(digest);
    if (last === undefined) return false;
    this.#verified.delete(digest);
    const now = Date.now();
    if (now - last > verifiedLifetime) return false;
    this.#verified.set(digest, now);
    return true;
  }

  /**
   * Hashes and compares.
   *
   * @throws TooManyChecksError when too many wait already.
   */
  async check(password: string, hash: string): Promise<boolean> {
    if (Buffer.byteLength(password) > passwordLimit) return false;
    await this.#enter();
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
    this.#verified.set(digest, Date.now());
    if (this.#verified.size <= verifiedKept) return;
    const oldest = this.#verified.keys().next();
    if (oldest.done !== true) this.#verified.delete(oldest.value);
  }

  /** The hash is in the digest: a changed password is not known by its old one. */
  #digest(password: string, hash: string): string {
    return createHmac("sha256", this.#key).update(hash).update("\0").update(password).digest("base64");
  }

  #enter(): Promise<void> | undefined {
    if (this.#running < checksAtOnce) {
      this.#running++;
      return undefined;
    }
    if (this.#waiting.length >= checksWaiting) throw new TooManyChecksError("Too many passwords wait to be checked");
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // The place goes from hand to hand: the count stays as it is.
    if (next === undefined) this.#running--;
    else next();
  }
}
