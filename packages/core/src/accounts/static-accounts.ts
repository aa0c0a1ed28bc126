/** Accounts from a list: names with hashed passwords, and if wanted an anonymous one (RFC 1635). */
import { createHmac, randomBytes } from "node:crypto";
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
import { hashAll, Secret } from "./secret.ts";

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
  readonly secret: Secret | undefined;
  readonly certificates: readonly string[];
}

const wrong: Refusal = { refused: "credentials" };
const anonymousNames: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

/** Accounts from a list. */
export class StaticAccounts implements Accounts {
  readonly #digestKey = randomBytes(32);
  readonly #checker = new PasswordChecker();
  #known: ReadonlyMap<string, Known> = new Map();
  #anonymous: Account | undefined;
  /** What names that nobody has are checked against, so that they take as long as others. */
  #nobody: Promise<string> | undefined;

  /**
   * @param options - Users, and whether anonymous logins are allowed.
   * @throws RangeError for a name twice, a user without password, storage or with a broken hash.
   */
  constructor(options: StaticAccountsOptions) {
    this.replace(options);
  }

  /**
   * Takes another list in place of this one, for logins from now on: sessions keep the account that they have. A plain
   * password that is as it was for its name is not hashed again.
   *
   * @param options - As for the constructor.
   * @throws RangeError as the constructor does; the list then stays as it is.
   */
  replace(options: StaticAccountsOptions): void {
    const anonymous = anonymousOf(options);
    const users = usersOf(options);
    const known = new Map(users.map((user) => [user.name, this.#knownFrom(user)]));
    this.#known = known;
    this.#anonymous = anonymous;
    const secrets = [...known.values()].flatMap(({ secret }) => secret ?? []);
    void hashAll(secrets, () => this.#known === known); // It never rejects.
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
    const { account, secret } = known;
    if (secret === undefined) return this.#checkNobody(password, peer);
    if (secret.known !== undefined && this.#checker.knows(password, secret.known)) return account;
    return this.#check(account, secret, credentials, connection);
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

  #knownFrom({ password, passwordHash, certificates = [], ...account }: UserWithStorage): Known {
    const secret = passwordHash === undefined ? this.#secretFrom(account.name, password) : Secret.ofHash(passwordHash);
    return { account, secret, certificates: certificates.map(normaliseFingerprint) };
  }

  /** A plain password; the one that the name had before, where that is the same. */
  #secretFrom(name: string, password: string | undefined): Secret | undefined {
    if (password === undefined) return undefined;
    const digest = createHmac("sha256", this.#digestKey).update(password).digest("base64");
    const before = this.#known.get(name)?.secret;
    return before?.digest === digest ? before : Secret.ofPassword(password, digest);
  }

  async #check(
    account: Account,
    secret: Secret,
    credentials: Credentials,
    connection: Pick<ConnectionInfo, "remote"> | undefined,
  ): Promise<Account | Refusal> {
    const list = this.#known;
    try {
      const { password } = credentials;
      const right = await this.#checker.check(password, await secret.hash(), connection?.remote.address);
      // Another list counts at once: this one's account may be gone from it.
      if (this.#known !== list) return await this.login(credentials, connection);
      return right ? account : wrong;
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

/** A user whose storage is known. */
type UserWithStorage = StaticUser & { readonly storage: Storage };

/** The users of a list. @throws RangeError for one that cannot be meant. */
function usersOf({ users = [], storage: usual }: StaticAccountsOptions): UserWithStorage[] {
  const names = new Set<string>();
  return users.map((user) => {
    const { name, password, passwordHash, certificates, storage = usual } = user;
    if (names.has(name)) throw new RangeError(`The user ${name} is there twice`);
    names.add(name);
    if (storage === undefined) throw new RangeError(`The user ${name} has no storage`);
    if (passwordHash !== undefined && !isPasswordHash(passwordHash)) {
      throw new RangeError(`The password hash of ${name} is not one that hashPassword makes`);
    }
    if (passwordHash === undefined && password === undefined && certificates === undefined) {
      throw new RangeError(`The user ${name} has no password`);
    }
    return { ...user, storage };
  });
}

/** The anonymous account, if there is one. @throws RangeError where it has no storage. */
function anonymousOf(options: StaticAccountsOptions): Account | undefined {
  if (options.anonymous === undefined || options.anonymous === false) return undefined;
  const given = options.anonymous === true ? {} : options.anonymous;
  const storage = given.storage ?? options.storage;
  if (storage === undefined) throw new RangeError("The anonymous account has no storage");
  return { name: "anonymous", anonymous: true, permissions: readOnly, ...given, storage };
}

function busyOr(error: unknown): Refusal {
  if (error instanceof TooManyChecksError)
    return { refused: "unavailable", message: message("Too many logins at once; try again later") };
  throw error;
}
