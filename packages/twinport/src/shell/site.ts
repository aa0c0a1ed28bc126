/**
 * A server as the shell knows it: the session that commands run on, one made anew when it was lost, sessions for what runs
 * beside it, the working directory, and what folders were found to hold.
 */
import {
  FtpClient,
  FtpPool,
  FtpReplyError,
  noRetries,
  type FtpClientOptions,
  type FtpUrl,
  type ListedEntry,
  type RestartPoint,
} from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import type { Settings } from "./settings.ts";

/** There is no connection, and nothing tells to where there should be one. */
export class NotConnectedError extends UsageError {
  constructor() {
    super("Not connected; open a server first, as in: open ftp.example.org");
  }
}

/** What a site needs of the shell. */
export interface SiteHost {
  /** The options of a session; the password is asked for at most once. */
  sessionOptions(url: FtpUrl, background: boolean): Promise<FtpClientOptions>;
  /** Tells something. */
  say(text: string): void;
}

/** Sessions beside the one of the commands. */
const backgroundSessions = 32;
/** Milliseconds that a listing serves completion. */
const listingAge = 10_000;
/** Listings that are remembered. */
const listingLimit = 100;

interface RememberedListing {
  readonly at: number;
  readonly entries: readonly ListedEntry[];
}

/** A server, or none yet. */
export class Site {
  readonly #host: SiteHost;
  readonly #listings = new Map<string, RememberedListing>();
  #url: FtpUrl | undefined;
  #client: FtpClient | undefined;
  #pool: FtpPool | undefined;
  /** The session is of a job, and ends with it. */
  #lent = false;
  /** As PWD tells it; undefined where the server does not. */
  directory: string | undefined;
  /** Where `cd -` goes. */
  before: string | undefined;
  /** Where the login led to. */
  home: string | undefined;
  /** The restart marker that both ends have stored last (RFC 959 §3.5). */
  lastMarker: RestartPoint | undefined;
  /** The user who is logged in. */
  user: string | undefined;

  constructor(host: SiteHost) {
    this.#host = host;
  }

  /** What was opened last; undefined after it was closed. */
  get url(): FtpUrl | undefined {
    return this.#url;
  }

  /** The session, if there is one; it may be lost. */
  get client(): FtpClient | undefined {
    return this.#client;
  }

  /** Whether there is a session that works. */
  get connected(): boolean {
    return this.#client?.closed === false;
  }

  /** Connects and logs in. What was open before is closed. */
  async open(url: FtpUrl, settings: Settings, signal?: AbortSignal): Promise<FtpClient> {
    await this.close();
    // A failed login is tried again by `user`.
    this.#url = url;
    const client = await this.#connect(url, settings, signal);
    this.directory = await client.pwd().catch(() => undefined);
    this.home = this.directory;
    return client;
  }

  /** Logs in as another user, in a session of its own. */
  async openAs(
    user: string,
    password: string | undefined,
    settings: Settings,
    signal?: AbortSignal,
  ): Promise<FtpClient> {
    if (this.#url === undefined) throw new NotConnectedError();
    const { tls, host, port } = this.#url;
    const who = { user, ...(password === undefined ? {} : { password }) };
    return this.open({ host, port, ...who, path: "", ...(tls === undefined ? {} : { tls }) }, settings, signal);
  }

  /**
   * The session, connected anew where it was lost.
   *
   * @throws NotConnectedError; what connecting throws.
   */
  async session(settings: Settings, signal?: AbortSignal): Promise<FtpClient> {
    const client = this.#client;
    if (this.#url === undefined) throw new NotConnectedError();
    if (client?.closed === false) return client;
    if (client === undefined || this.#lent || !settings.reconnect) throw new NotConnectedError();
    this.#host.say("The connection was lost; connecting again");
    const { directory } = this;
    const again = await this.#connect(this.#url, settings, signal);
    if (directory !== undefined) await again.cd(directory);
    return again;
  }

  async #connect(url: FtpUrl, settings: Settings, signal: AbortSignal | undefined): Promise<FtpClient> {
    const options = await this.#host.sessionOptions(url, false);
    const client = await FtpClient.connect({ ...options, ...(signal === undefined ? {} : { signal }) });
    this.user = options.user;
    applyDataMode(client, settings);
    client.on("warning", ({ message }) => this.#host.say(message));
    this.#client = client;
    this.#listings.clear();
    return client;
  }

  /**
   * Runs something on a session of its own.
   *
   * @param directory - Its working directory; by default that of this one.
   * @throws What it throws; what connecting throws.
   */
  async beside<T>(
    settings: Settings,
    run: (site: Site) => Promise<T>,
    signal?: AbortSignal,
    directory: string | undefined = this.directory,
  ): Promise<T> {
    const pool = await this.pool(settings);
    return pool.use(
      async (client) => {
        const site = new Site(this.#host);
        site.#url = this.#url;
        site.#client = client;
        site.#pool = pool;
        site.#lent = true;
        site.user = this.user;
        site.directory = directory;
        site.home = this.home;
        if (directory !== undefined && (await client.pwd().catch(() => undefined)) !== directory) {
          await client.cd(directory);
        }
        return run(site);
      },
      { retry: noRetries, ...(signal === undefined ? {} : { signal }) },
    );
  }

  /** Sessions of this server, on demand. Their working directory is that of the login. @throws NotConnectedError. */
  async pool(settings: Settings): Promise<FtpPool> {
    if (this.#url === undefined || this.#client === undefined) throw new NotConnectedError();
    this.#pool ??= new FtpPool(await this.#host.sessionOptions(this.#url, true), {
      limit: backgroundSessions,
      onSession: (client) => applyDataMode(client, settings),
    });
    return this.#pool;
  }

  /** As `pool`, of the caller's own, to be closed by it, and no faster than so many octets a second. */
  async slowPool(settings: Settings, octetsPerSecond: number): Promise<FtpPool> {
    if (this.#url === undefined || this.#client === undefined) throw new NotConnectedError();
    return new FtpPool(await this.#host.sessionOptions(this.#url, true), {
      limit: backgroundSessions,
      bandwidth: octetsPerSecond,
      onSession: (client) => applyDataMode(client, settings),
    });
  }

  /** Closes all sessions. */
  async close(): Promise<void> {
    const [client, pool] = [this.#client, this.#pool];
    this.#url = undefined;
    this.#client = undefined;
    this.#pool = undefined;
    this.directory = undefined;
    this.before = undefined;
    this.home = undefined;
    this.user = undefined;
    this.#listings.clear();
    if (client?.busy === true) client.destroy();
    await Promise.all([client?.close(), pool?.close()]);
  }

  /** Changes the working directory, and finds out where that is. */
  async changeTo(client: FtpClient, path: string, signal?: AbortSignal): Promise<void> {
    const from = this.directory;
    await client.cd(path, signal === undefined ? {} : { signal });
    this.before = from;
    this.directory = await client.pwd().catch(() => undefined);
  }

  /** What changes the server makes what was remembered doubtful. */
  forgetListings(): void {
    this.#listings.clear();
  }

  /** What a folder holds, as it was a moment ago: for completion. Empty where it cannot be listed. */
  async remembered(folder: string, signal: AbortSignal): Promise<readonly ListedEntry[]> {
    const key = `${this.directory ?? ""}\0${folder}`;
    const found = this.#listings.get(key);
    if (found !== undefined && performance.now() - found.at < listingAge) return found.entries;
    const client = this.#client;
    if (client === undefined || client.closed || client.busy) return [];
    const entries = await client.list(folder === "" ? undefined : folder, { signal }).catch((error: unknown) => {
      if (error instanceof FtpReplyError) return [];
      throw error;
    });
    if (this.#listings.size >= listingLimit) this.#listings.clear();
    this.#listings.set(key, { at: performance.now(), entries });
    return entries;
  }
}

/** Makes data connections as the settings say: `passive` from here, else the server connects by PORT or EPRT. */
export function applyDataMode(client: FtpClient, settings: Settings): void {
  client.dataMode = settings.passive || !settings.sendport ? "auto" : "active";
}
