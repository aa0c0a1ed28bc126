/** Accounts from a list: names with hashed passwords, and if wanted an anonymous one (RFC 1635). */
import { message, normaliseFingerprint } from "../protocol/index.ts";
import type { Storage } from "../storage/index.ts";
import {
  readOnly,
  type Account,
  type Accounts,
  type ClientCertificate,
  type ConnectionInfo,
  type Credentials,
  type Permissions,
  type Refusal,
} from "./accounts.ts";
import { hashPassword, isPasswordHash } from "./password-hash.ts";
import { PasswordChecker, TooManyChecksError } from "./password-checker.ts";

/** A user of `StaticAccounts`. Give `password`, `passwordHash` or `certificates`. */
export interface StaticUser extends Omit<Account, "anonymous" | "storage"> {
  /** Plain text: it is hashed at once in the background and not kept. */
  readonly password?: string;
  /** As `hashPassword` makes it. */
  readonly passwordHash?: string;
  /** SHA-256 fingerprints of client certificates that stand for a password, where the listener takes them so. */
  readonly certificates?: readonly string[];
  /** Default: the storage of `StaticAccountsOptions`. */
  readonly storage?: Storage;
}

/** The anonymous account: `anonymous` and `ftp`, any password. */
export interface AnonymousAccount {
  /** Default: the storage of `StaticAccountsOptions`. */
  readonly storage?: Storage;
  readonly home?: string;
  /** Default `readOnly`. */
  readonly permissions?: Permissions;
  readonly welcome?: string;
}

/** Options of `StaticAccounts`. */
export interface StaticAccountsOptions {
  readonly users?: readonly StaticUser[];
  readonly anonymous?: AnonymousAccount | boolean;
  /** What users have who name no storage of their own. */
  readonly storage?: Storage;
}

interface Known {
  readonly account: Account;
  /** Undefined for a user who has no password at all. */
  hash: string | Promise<string> | undefined;
  readonly certificates: readonly string[];
}

const wrong: Refusal = { refused: "credentials" };
const anonymousNames: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** Accounts from a list. */
export class StaticAccounts implements Accounts {
  readonly #known = new Map<string, Known>();
  readonly #checker = new PasswordChecker();
  readonly #anonymous: Account | undefined;
  /** What names that nobody has are checked against, so that they take as long as others. */
  #nobody: Promise<string> | undefined;

  /**
   * @param options - Users, and whether anonymous logins are allowed.
   * @throws RangeError for a name twice, a user without password, storage or with a broken hash.
   */
  constructor(options: StaticAccountsOptions) {
    for (const user of options.users ?? []) this.#add(user, options.storage);
    if (options.anonymous === undefined || options.anonymous === false) return;
    const given = options.anonymous === true ? {} : options.anonymous;
    const storage = given.storage ?? options.storage;
    if (storage === undefined) throw new RangeError("The anonymous account has no storage");
    this.#anonymous = { name: "anonymous", anonymous: true, permissions: readOnly, ...given, storage };
  }

  /** As `Accounts.login`; synchronous for a password that was right a moment ago, and for anonymous logins. */
  login(
    credentials: Credentials,
    connection?: Pick<ConnectionInfo, "remote">,
  ): Account | Refusal | Promise<Account | Refusal> {
    const { user, password } = credentials;
    const peer = connection?.remote.address;
    const known = this.#known.get(user);
    if (known === undefined) {
      if (this.#anonymous !== undefined && this.isAnonymous(user)) return this.#anonymous;
      return this.#checkNobody(password, peer);
    }
    if (typeof known.hash === "string" && this.#checker.knows(password, known.hash)) return known.account;
    return known.hash === undefined
      ? this.#checkNobody(password, peer)
      : this.#check(known.account, known.hash, password, peer);
  }

  /** As `Accounts.loginByCertificate`. */
  loginByCertificate(user: string, certificate: ClientCertificate): Account | Refusal {
    const known = this.#known.get(user);
    return known?.certificates.includes(normaliseFingerprint(certificate.fingerprint256)) === true
      ? known.account
      : wrong;
  }

  /** As `Accounts.isAnonymous`. */
  isAnonymous(user: string): boolean {
    return this.#anonymous !== undefined && anonymousNames.has(user.toLowerCase()) && !this.#known.has(user);
  }

  #add(user: StaticUser, defaultStorage: Storage | undefined): void {
    const { password, passwordHash, certificates, storage = defaultStorage, ...rest } = user;
    if (this.#known.has(user.name)) throw new RangeError(`The user ${user.name} is there twice`);
    if (storage === undefined) throw new RangeError(`The user ${user.name} has no storage`);
    if (passwordHash !== undefined && !isPasswordHash(passwordHash)) {
      throw new RangeError(`The password hash of ${user.name} is not one that hashPassword makes`);
    }
    const hash = passwordHash ?? (password === undefined ? undefined : hashPassword(password));
    if (hash === undefined && certificates === undefined) throw new RangeError(`The user ${user.name} has no password`);
    const known: Known = {
      account: { ...rest, storage },
      hash,
      certificates: (certificates ?? []).map(normaliseFingerprint),
    };
    this.#known.set(user.name, known);
    if (hash !== undefined && typeof hash !== "string") {
      void hash.then(
        (done) => {
          known.hash = done;
        },
        () => undefined, // The login awaits the same promise, and tells.
      );
    }
  }

  async #check(
    account: Account,
    hash: string | Promise<string>,
    password: string,
    peer: string | undefined,
  ): Promise<Account | Refusal> {
    try {
      return (await this.#checker.check(password, await hash, peer)) ? account : wrong;
    } catch (error) {
      return busyOr(error);
    }
  }

  async #checkNobody(password: string, peer: string | undefined): Promise<Refusal> {
    try {
      this.#nobody ??= hashPassword("");
      await this.#checker.check(password, await this.#nobody, peer);
      return wrong;
    } catch (error) {
      return busyOr(error);
    }
  }
}

function busyOr(error: unknown): Refusal {
  if (error instanceof TooManyChecksError)
    return { refused: "unavailable", message: message("Too many logins at once; try again later") };
  throw error;
}
