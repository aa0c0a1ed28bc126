/** The limits of a server, each with a name, a unit and a default. */

/** Limits of a server. Every wait, line and list that a peer can make long has one. */
export interface FtpServerLimits {
  /** Octets of a command line, its line end included. Default 4,096. */
  readonly commandLine: number;
  /** Commands that wait behind a running one before the connection is left unread. Default 256. */
  readonly queuedCommands: number;
  /** Sessions in all. Default 10,000. */
  readonly sessions: number;
  /** Sessions from one address. Default 1,000. */
  readonly sessionsPerAddress: number;
  /** Failed logins of one session before it is closed. Default 5. */
  readonly loginAttempts: number;
  /** Milliseconds before the first failed login is answered; doubled for each further one. Default 250. */
  readonly loginDelay: number;
  /** Milliseconds that the growing delay stops at. Default 8,000. */
  readonly loginDelayMax: number;
  /** Milliseconds from connecting to being logged in. Default 60,000. */
  readonly loginTimeout: number;
  /** Milliseconds without a command; it stands still during a transfer. Default 300,000 (RFC 1123 §4.1.3.2). */
  readonly idleTimeout: number;
  /** The longest such time that SITE IDLE grants, in milliseconds. Default 7,200,000. */
  readonly idleTimeoutMax: number;
  /** Milliseconds for a data connection to arrive or to be made. Default 30,000. */
  readonly dataConnectionTimeout: number;
  /** Milliseconds for a TLS handshake. Default 10,000. */
  readonly handshakeTimeout: number;
  /** Milliseconds for a PROXY header, where a listener wants one. Default 5,000. */
  readonly proxyHeaderTimeout: number;
  /** Milliseconds without progress of a transfer. Default 300,000. */
  readonly stallTimeout: number;
  /** Milliseconds that an upload waits, once its data ended, to see whether the control connection lives. Default 0:
   * two turns of the event loop, which show a client that vanished with both its connections. */
  readonly uploadGrace: number;
  /** Entries of one listing, recursion included. Default 1,000,000. */
  readonly listingEntries: number;
  /** Folders that a recursive listing goes down. Default 32. */
  readonly listingDepth: number;
  /** Octets of a file whose size, where octets are converted, is counted by reading it. Default 1,048,576. */
  readonly asciiSize: number;
  /** Milliseconds without octets after which a file in mode C has ended whose last string may still come. Default 5,000. */
  readonly quietEnd: number;
  /** Octets of a file that comes deflated, or as pages with holes. Default 64 GiB. */
  readonly inflatedSize: number;
  /** Octets that may come of one in mode Z, once a file has 16 MiB. zlib itself makes 1,030 of one at most. Default 1,100: no limit. */
  readonly inflateRatio: number;
  /** Milliseconds for the last replies to be read after the server closed. Default 2,000. */
  readonly closeTimeout: number;
}

/** The defaults of all limits. */
export const defaultLimits: FtpServerLimits = {
  commandLine: 4096,
  queuedCommands: 256,
  sessions: 10_000,
  sessionsPerAddress: 1_000,
  loginAttempts: 5,
  loginDelay: 250,
  loginDelayMax: 8_000,
  loginTimeout: 60_000,
  idleTimeout: 300_000,
  idleTimeoutMax: 7_200_000,
  dataConnectionTimeout: 30_000,
  handshakeTimeout: 10_000,
  proxyHeaderTimeout: 5_000,
  stallTimeout: 300_000,
  uploadGrace: 0,
  listingEntries: 1_000_000,
  listingDepth: 32,
  asciiSize: 1024 * 1024,
  quietEnd: 5_000,
  inflatedSize: 64 * 1024 * 1024 * 1024,
  inflateRatio: 1_100,
  closeTimeout: 2_000,
};
