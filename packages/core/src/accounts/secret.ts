/** The password of one user of a list, as it is kept: hashed, or about to be. */
import { hashPassword } from "./password-hash.ts";

/** A password. */
export class Secret {
  /** A keyed digest of a password that was given in plain text: tells whether another list has the same one. */
  readonly digest: string | undefined;
  #hash: string | Promise<string> | undefined;
  /** Until it is hashed. */
  #password: string | undefined;

  private constructor(hash: string | undefined, password: string | undefined, digest: string | undefined) {
    this.#hash = hash;
    this.#password = password;
    this.digest = digest;
  }

  /** A password whose hash is known. */
  static ofHash(hash: string): Secret {
    return new Secret(hash, undefined, undefined);
  }

  /** A password in plain text, which is not kept once it is hashed. */
  static ofPassword(password: string, digest: string): Secret {
    return new Secret(undefined, password, digest);
  }

  /** The hash, where there is one by now. */
  get known(): string | undefined {
    return typeof this.#hash === "string" ? this.#hash : undefined;
  }

  /** The hash; begins to make it where nobody did. @throws RangeError for a password that is too long. */
  hash(): string | Promise<string> {
    this.#hash ??= this.#make();
    return this.#hash;
  }

  async #make(): Promise<string> {
    const hash = await hashPassword(this.#password ?? "");
    this.#password = undefined;
    this.#hash = hash;
    return hash;
  }
}

/**
 * Hashes passwords, one after the other: scrypt shares Node's threads with every file operation. Whoever logs in before
 * theirs had its turn has it hashed at once. Never rejects.
 *
 * @param wanted - Asked before each of them.
 */
export async function hashAll(secrets: Iterable<Secret>, wanted: () => boolean): Promise<void> {
  for (const secret of secrets) {
    if (!wanted()) return;
    try {
      await secret.hash();
    } catch {
      // The login asks for the same hash, and tells.
    }
  }
}
