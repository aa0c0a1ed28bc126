/**
 * Who may log in, and what is theirs: the login and logout routines that an application supplies.
 *
 * `login` decides on credentials and gives an `Account` or a refusal; `logout` runs exactly once for each account that
 * `login` gave, whatever ends the session.
 */
import type { RepresentationOptions, Text } from "../protocol/index.ts";
import type { Storage } from "../storage/index.ts";

/** One end of a connection. IPv4 addresses mapped into IPv6 are given as IPv4. */
export interface EndPoint {
  readonly address: string;
  readonly port: number;
}

/** The control connection that a login came over. */
export interface ConnectionInfo {
  /** Unique in this server's life; the logs and events of the session carry it. */
  readonly id: string;
  readonly local: EndPoint;
  readonly remote: EndPoint;
  /** Whether the control connection is under TLS. After CCC it is not, and `tls` still tells how it was. */
  readonly secure: boolean;
  /** The host that the peer asked for: by HOST (RFC 7151), else by SNI. */
  readonly serverName?: string;
  readonly tls?: TlsInfo;
}

/** How a control connection was made secure. */
export interface TlsInfo {
  /** `TLSv1.3` and the like. */
  readonly protocol: string;
  /** OpenSSL's name of the cipher. */
  readonly cipher: string;
  /** What SNI named. */
  readonly serverName?: string;
  readonly clientCertificate?: ClientCertificate;
}

/** A certificate that the peer proved to hold the key of. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint256: string;
  /** The subject's common name, or an empty text. */
  readonly commonName: string;
  /** Whether one of the listener's authorities vouches for it, and it is valid now. */
  readonly verified: boolean;
  /** What is wrong with it, when it is not verified: OpenSSL's code. */
  readonly error?: string;
}

/** What must be under TLS. What an account says counts over what its listener says, and that over the server. */
export interface TlsPolicy {
  /** Logins are refused in the clear. Default false. */
  readonly requireForLogin?: boolean;
  /** Transfers and listings are refused while data connections are in the clear. Default false. */
  readonly requireForData?: boolean;
  /** A data connection must resume the control connection's TLS session, which proves that it is the same peer. Default true. */
  readonly requireResumption?: boolean;
  /** CCC is allowed: the control connection may go on in the clear (RFC 4217 §5). Default false. */
  readonly clearCommandChannel?: boolean;
}

/** What the peer gave to log in. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
  /** What ACCT gave, where the login asked for it (RFC 959 §4.1.1). */
  readonly account?: string;
}

/** What an account may do. Each is asked for by the verbs that need it. */
export interface Permissions {
  /** See folders and facts: LIST, NLST, MLSD, MLST, STAT, SIZE, MDTM, AVBL. CWD needs no permission: a drop box has folders. */
  readonly list: boolean;
  /** RETR; HASH, XCRC and their like; SITE COPY and COMB of what is copied. */
  readonly read: boolean;
  /** STOR and STOU of new files, SITE COPY to one, SITE SYMLINK. */
  readonly create: boolean;
  /** STOR and SITE COPY over a file that is there, REST + STOR, RNTO over a file. */
  readonly overwrite: boolean;
  /** APPE, COMB to a file that is there. */
  readonly append: boolean;
  /** DELE; COMB of its parts. */
  readonly remove: boolean;
  /** RNFR, RNTO. */
  readonly rename: boolean;
  /** MKD. */
  readonly makeDirectory: boolean;
  /** RMD. */
  readonly removeDirectory: boolean;
  /** MFMT, MFCT, MFF, MDTM that sets, SITE CHMOD, SITE UTIME. */
  readonly changeAttributes: boolean;
}

/** The name of a permission. */
export type Permission = keyof Permissions;

/** Everything is allowed. */
export const readWrite: Permissions = {
  list: true,
  read: true,
  create: true,
  overwrite: true,
  append: true,
  remove: true,
  rename: true,
  makeDirectory: true,
  removeDirectory: true,
  changeAttributes: true,
};

/** Only looking and reading are allowed. */
export const readOnly: Permissions = {
  list: true,
  read: true,
  create: false,
  overwrite: false,
  append: false,
  remove: false,
  rename: false,
  makeDirectory: false,
  removeDirectory: false,
  changeAttributes: false,
};

/** A logged-in user's share of the server. */
export interface Account {
  /** The name that logs, events and quotas go by. Broken uploads are kept for it. */
  readonly name: string;
  readonly storage: Storage;
  /** The folder a session starts in. Default `/`. It must be there. */
  readonly home?: string;
  /** Default `readWrite`. */
  readonly permissions?: Permissions;
  /** True for logins without proof of identity. */
  readonly anonymous?: boolean;
  /** Text for the 230 reply. */
  readonly welcome?: string;
  /** What must be under TLS for this account. Asked for after the login: a password has travelled by then. */
  readonly tls?: TlsPolicy;
  /** Code page, records, pages, restart markers of its transfers, over what the server has. */
  readonly representation?: RepresentationOptions;
  /** Whether this account may ask for data connections to or from a third party (FXP). Default: as the server's option. */
  readonly allowForeignData?: boolean;
  /** File systems that SMNT changes to: from a name to a folder of the storage. Default: none. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Whether SITE WHO tells this account who is connected, and from where. Default false. */
  readonly seesSessions?: boolean;
}

/** Why a login was refused. */
export type RefusalReason =
  /** Name or password is wrong; the reply does not tell which. */
  | "credentials"
  /** The account must be named by ACCT: the server answers 332 and calls `login` again with it. */
  | "account-needed"
  /** The name may not log in at all, or not from here, or not now. */
  | "not-allowed"
  /** Too many sessions: of the account, of the address, or in all. */
  | "too-many-sessions"
  /** The accounts cannot be asked just now. */
  | "unavailable";

/** A login that was refused. */
export interface Refusal {
  readonly refused: RefusalReason;
  /** Text for the reply in place of the usual one. */
  readonly message?: Text;
}

/** Why a session of an account ended. */
export type LogoutReason =
  "quit" | "connection-lost" | "idle" | "reinitialised" | "kicked" | "server-stopped" | "protocol-error";

/** The login and logout routines that an application supplies. */
export interface Accounts {
  /**
   * Decides on credentials.
   *
   * @param credentials - What the peer gave.
   * @param connection - The control connection, with local and remote address and port.
   * @returns An account, or a refusal. A thrown error counts as refusal `unavailable` and is told by an event.
   */
  login(credentials: Credentials, connection: ConnectionInfo): Account | Refusal | Promise<Account | Refusal>;

  /**
   * Decides on a certificate in place of a password, where a listener's `clientCertificates.use` is `login`. Asked when
   * USER names somebody under a verified certificate; a refusal `credentials` lets the peer go on with a password.
   */
  loginByCertificate?(
    user: string,
    certificate: ClientCertificate,
    connection: ConnectionInfo,
  ): Account | Refusal | Promise<Account | Refusal>;

  /** Runs exactly once for each account that `login` gave. What it throws is told by an event. */
  logout?(account: Account, connection: ConnectionInfo, reason: LogoutReason): void | Promise<void>;

  /** Whether this name logs in anonymously: the 331 then asks for an e-mail address (RFC 1635). */
  isAnonymous?(user: string): boolean;
}

/** Whether the answer of `login` is a refusal. */
export function isRefusal(answer: Account | Refusal): answer is Refusal {
  return "refused" in answer;
}
