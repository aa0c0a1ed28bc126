/**
 * The FTP client: one control connection, on which operations run one after the other.
 *
 * Every operation settles: with what it was for, or with an error that tells what was tried. After an abort the client is
 * usable again, or says that it is closed.
 */
import { EventEmitter } from "node:events";
import type { Writable } from "node:stream";
import type { WritableStream } from "node:stream/web";
import { BufferPool } from "../net/index.ts";
import { parseQuotedPath, type ListedEntry, type ReceivedReply } from "../protocol/index.ts";
import * as attributes from "./attributes.ts";
import { CommandQueue } from "./command-queue.ts";
import { ControlConnection } from "./control-connection.ts";
import { DataConnector } from "./data-connection.ts";
import type { FtpDownload } from "./download.ts";
import { ClientClosedError, FtpReplyError } from "./errors.ts";
import type { FtpClientEvents } from "./events.ts";
import { remoteHash, type RemoteHash, type RemoteHashOptions } from "./hash.ts";
import { transferHeld, type BetweenOptions, type BetweenResult, type HeldClient } from "./fxp.ts";
import { listEntries, listNames } from "./listing.ts";
import { logIn, type LoginResult } from "./login.ts";
import { resolveClientOptions, type DataMode, type FtpClientOptions, type ResolvedClientOptions } from "./options.ts";
import { noteCommand } from "./parameters.ts";
import { openRead, receiveBytes, receiveInto } from "./receive.ts";
import { sendFrom, type StoreVerb } from "./send.ts";
import type { ClientContext } from "./client-context.ts";
import type { UploadSource } from "./sources.ts";
import type {
  DownloadOptions,
  ListOptions,
  OpenReadOptions,
  OpenWriteOptions,
  OperationOptions,
  TransferResult,
  UploadOptions,
} from "./transfer-options.ts";
import { checkOptions } from "../options/index.ts";
import { clientTable } from "./client-option-table.ts";
import { downloadTreeTable, removeTreeTable, uploadTreeTable } from "./trees/tree-option-tables.ts";
import { downloadTree } from "./trees/download-tree.ts";
import { ensureDirectory } from "./trees/ensure-directory.ts";
import { removeTree } from "./trees/remove-tree.ts";
import type { RemoveTreeOptions, TreeOptions, TreeResult } from "./trees/tree-options.ts";
import { clientServer } from "./trees/tree-server.ts";
import { uploadTree } from "./trees/upload-tree.ts";
import { openWrite, type FtpUpload } from "./upload.ts";
import { parseFtpUrl } from "./url.ts";

/** Milliseconds for the reply to QUIT. */
const quitTimeout = 2_000;
/** Octets that `downloadBytes` takes unless told otherwise. */
const defaultMaxBytes: number = 256 * 1024 * 1024;

/** A client of one server. */
export class FtpClient extends EventEmitter<FtpClientEvents> {
  readonly #context: ClientContext;
  readonly #login: LoginResult;
  readonly #queue: CommandQueue;

  private constructor(context: ClientContext, login: LoginResult, queue: CommandQueue) {
    super();
    this.#context = context;
    this.#login = login;
    this.#queue = queue;
  }

  /**
   * Connects and logs in.
   *
   * @param target - A URL (its path is not used) or options.
   * @param options - More options; they count over the URL.
   * @throws FtpConnectionError, FtpTimeoutError, FtpTlsError, FtpReplyError; ClientClosedError when it was aborted;
   * RangeError for a URL or options that cannot be meant.
   */
  static async connect(target: string | URL | FtpClientOptions, options: FtpClientOptions = {}): Promise<FtpClient> {
    if (isOptions(target)) checkOptions(target, clientTable);
    checkOptions(options, clientTable);
    const named = fromTarget(target);
    const resolved = resolveClientOptions({ ...named, ...options, ...mergedTls(named.tls, options.tls) });
    const signal = options.signal ?? (isOptions(target) ? target.signal : undefined);
    const relay: { client?: FtpClient } = {};
    const control = await ControlConnection.open(
      resolved,
      {
        sent: (command) => {
          resolved.trace.command?.(command);
          relay.client?.emit("command", command);
        },
        received: (reply) => {
          resolved.trace.reply?.(reply);
          relay.client?.emit("reply", reply);
        },
        warned: (message) => relay.client?.emit("warning", { message }),
        closed: (cause) => {
          const { client } = relay;
          if (client === undefined) return;
          client.#context.data.dropKept();
          client.emit("close", { cause });
        },
      },
      signal,
    );
    const abort = (): void => {
      control.destroy(
        new ClientClosedError(`Connecting to ${resolved.host}`, "it was aborted", { cause: signal?.reason }),
      );
    };
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      const login = await logIn(control, resolved);
      const client = new FtpClient(makeContext(control, resolved, login, relay), login, new CommandQueue());
      relay.client = client;
      return client;
    } catch (error) {
      control.destroy();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** What FEAT told: names in upper case, and their parameters (RFC 2389). */
  get features(): ReadonlyMap<string, string> {
    return this.#login.features;
  }

  /** The text of the greeting. */
  get greeting(): string {
    return this.#login.greeting;
  }

  /** The text of the reply that the login was accepted by. */
  get welcome(): string {
    return this.#login.welcome;
  }

  /** Whether the control connection is under TLS. */
  get secure(): boolean {
    return this.#context.control.isSecure;
  }

  /** Whether the control connection is gone. */
  get closed(): boolean {
    return this.#context.control.closed;
  }

  /** Whether a transfer is open that the caller drives: other calls are rejected until it is closed. */
  get busy(): boolean {
    return this.#queue.driven !== undefined;
  }

  /** Says QUIT and closes. Waits for the operations before it; for no longer than a moment for the reply. */
  async close(): Promise<void> {
    const { control } = this.#context;
    if (control.closed) return;
    if (this.#queue.driven === undefined) {
      await this.#queue
        .run("Closing", async () => {
          control.send("QUIT", undefined);
          await control.replyWithin(quitTimeout);
        })
        .catch(() => undefined);
    }
    control.destroy();
  }

  /** Closes at once. What is under way is rejected. */
  destroy(): void {
    this.#context.control.destroy(new ClientClosedError("Closing", "the client was destroyed"));
  }

  /** Disposes of the client as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The working directory, where it is known without asking; undefined before that, and after what may have changed it. */
  get directory(): string | undefined {
    return this.#context.known.directory;
  }

  /**
   * The entries of a directory, by MLSD where the server has it, else by LIST; or of a file, its own entry.
   *
   * LIST is sent from inside the directory, since of a path some servers list what it matches as a pattern, or nothing where
   * they cannot read it. What no parser understands is returned as a line of its own: `listingFault` tells whether the
   * entries are all there are.
   *
   * @throws FtpReplyError for a refusal, in the reply's code or in its words, or in the listing itself; FtpTransferError
   * `incomplete-listing` for a directory that looks empty and cannot be read, `broken` for a listing that breaks off.
   */
  list(path?: string, options: ListOptions = {}): Promise<ListedEntry[]> {
    const tried = `Listing ${path ?? "the working directory"}`;
    return this.#run(tried, () => listEntries(this.#context, path, tried, options.signal, options), options);
  }

  /** The names that NLST tells, from inside the directory. @throws As `list` does. */
  names(path?: string, options: OperationOptions = {}): Promise<string[]> {
    const tried = `Listing ${path ?? "the working directory"}`;
    return this.#run(tried, () => listNames(this.#context, path, tried, options.signal), options);
  }

  /**
   * Opens a file for reading. Until the download is closed or read to its end, other calls are rejected.
   *
   * @throws FtpReplyError when the server refuses; ClientBusyError.
   */
  openRead(path: string, options: OpenReadOptions = {}): Promise<FtpDownload> {
    return this.#queue.drive(
      `Downloading ${path}`,
      (release) => openRead(this.#context, path, options, release),
      options.signal,
    );
  }

  /**
   * Downloads a file.
   *
   * @param to - A path of this machine, or a stream of either kind, which is closed at the end.
   * @throws FtpTransferError (`hash-mismatch` where `verify` was asked for), FtpReplyError, LocalFileError; a file of this
   * machine is then as it was.
   */
  download(
    path: string,
    to: string | Writable | WritableStream<Uint8Array>,
    options: DownloadOptions = {},
  ): Promise<TransferResult> {
    const tried = `Downloading ${path}`;
    const operation = (): Promise<TransferResult> => receiveInto(this.#context, path, to, options);
    if (typeof to === "string") return this.#run(tried, operation, options);
    return this.#driven(tried, operation, options);
  }

  /** Downloads a file into memory. @param options - `maxBytes` in octets, by default 256 MiB. */
  downloadBytes(path: string, options: DownloadOptions & { readonly maxBytes?: number } = {}): Promise<Uint8Array> {
    const most = options.maxBytes ?? defaultMaxBytes;
    return this.#run(`Downloading ${path}`, () => receiveBytes(this.#context, path, most, options), options);
  }

  /**
   * Opens a file for writing, by pushing. Until the upload is committed or abandoned, other calls are rejected.
   *
   * @throws FtpReplyError when the server refuses; ClientBusyError.
   */
  openWrite(path: string, options: OpenWriteOptions = {}): Promise<FtpUpload> {
    return this.#queue.drive(
      `Uploading ${path}`,
      (release) => openWrite(this.#context, path, options, release),
      options.signal,
    );
  }

  /**
   * Uploads a file.
   *
   * @param from - A path of this machine, bytes, a stream of either kind, or an async iterable.
   * @throws FtpTransferError, FtpReplyError, LocalFileError.
   */
  upload(from: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return this.#send("STOR", from, path, options);
  }

  /** Appends to a file; one that is missing is made. */
  append(from: UploadSource, path: string, options: UploadOptions = {}): Promise<TransferResult> {
    return this.#send("APPE", from, path, options);
  }

  /**
   * Uploads a file under a name that the server chooses (STOU).
   *
   * @param name - A wish for its beginning, which many servers refuse or ignore; without it none is told.
   * @returns With the name in `path`.
   * @throws RangeError for options that need a file that is there.
   */
  async uploadUnique(from: UploadSource, name = "", options: UploadOptions = {}): Promise<TransferResult> {
    const goesOn = options.resume === true || options.restart !== undefined || (options.offset ?? 0) > 0;
    if (goesOn || options.verify === true) {
      throw new RangeError("What is stored under a name that is not known yet cannot be gone on with, nor verified");
    }
    return this.#send("STOU", from, name, options);
  }

  /** How the data connections of the transfers to come are made. */
  get dataMode(): DataMode {
    return this.#context.data.mode;
  }

  /** @throws RangeError for `active` through a proxy. */
  set dataMode(mode: DataMode) {
    if (mode === "active" && this.#context.options.dial !== undefined) {
      throw new RangeError(
        "dataMode active does not go together with dial: no server can connect back through a proxy",
      );
    }
    this.#context.data.mode = mode;
  }

  /** Has the server send a file to another server, by a connection of their own: as `transferBetween`. */
  async transferTo(path: string, to: FtpClient, toPath: string, options: BetweenOptions = {}): Promise<BetweenResult> {
    if (to === this) throw new RangeError("A transfer between servers needs two clients, for one server too");
    return transferHeld({ from: this.#held, to: to.#held }, path, toPath, options);
  }

  /** Makes a folder, with `recursive` those above it too; then one that is there is no error. */
  mkdir(path: string, options: OperationOptions & { readonly recursive?: boolean } = {}): Promise<void> {
    return this.#run(
      `Making ${path}`,
      () => attributes.makeDirectory(this.#context, path, options.recursive === true),
      options,
    );
  }

  /** Removes a file. */
  remove(path: string, options: OperationOptions = {}): Promise<void> {
    return this.#run(
      `Removing ${path}`,
      () => attributes.command(this.#context, "DELE", path, `Removing ${path}`),
      options,
    );
  }

  /** Removes a folder, with `recursive` and all that is in it. */
  removeDirectory(path: string, options: OperationOptions & { readonly recursive?: boolean } = {}): Promise<void> {
    if (options.recursive === true) return removeTree(clientServer(this), path, options).then(() => undefined);
    return this.#run(
      `Removing ${path}`,
      () => attributes.command(this.#context, "RMD", path, `Removing ${path}`),
      options,
    );
  }

  /** Renames a file or folder. */
  rename(from: string, to: string, options: OperationOptions = {}): Promise<void> {
    return this.#run(`Renaming ${from}`, () => attributes.rename(this.#context, from, to), options);
  }

  /** What the server tells of a file or folder. @throws FtpReplyError when it is not there. */
  stat(path: string, options: OperationOptions = {}): Promise<ListedEntry> {
    return this.#run(`Looking at ${path}`, () => attributes.stat(this.#context, path), options);
  }

  /** Whether a file or folder is there. */
  async exists(path: string, options: OperationOptions = {}): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof FtpReplyError && (error.code === 550 || error.code === 450)) return false;
      throw error;
    }
  }

  /** Octets of a file; undefined when the server does not tell. */
  size(path: string, options: OperationOptions = {}): Promise<number | undefined> {
    return this.#run(`Looking at ${path}`, () => attributes.size(this.#context, path), options);
  }

  /**
   * The hash of a file of the server, by HASH or what the server has instead.
   *
   * @throws FtpTransferError `no-hash` when it has nothing; FtpReplyError.
   */
  hash(path: string, options: RemoteHashOptions = {}): Promise<RemoteHash> {
    return this.#run(`Asking for the hash of ${path}`, () => remoteHash(this.#context, path, options), options);
  }

  /** Sets when a file was modified, by MFMT or what the server has instead. @throws FtpReplyError when it has nothing. */
  setTime(path: string, modified: Date, options: OperationOptions = {}): Promise<void> {
    return this.#run(
      `Setting the time of ${path}`,
      () => attributes.setTime(this.#context, path, modified.getTime()),
      options,
    );
  }

  /** Sets permission bits by SITE CHMOD. @param mode - 0 to 0o777. */
  chmod(path: string, mode: number, options: OperationOptions = {}): Promise<void> {
    const argument = `CHMOD ${mode.toString(8).padStart(3, "0")} ${path}`;
    const tried = `Setting permissions of ${path}`;
    return this.#run(tried, () => attributes.command(this.#context, "SITE", argument, tried), options);
  }

  /** Changes the working directory. */
  cd(path: string, options: OperationOptions = {}): Promise<void> {
    return this.#run(`Changing to ${path}`, () => attributes.changeDirectory(this.#context, path), options);
  }

  /** The working directory. */
  pwd(options: OperationOptions = {}): Promise<string> {
    const tried = "Asking for the working directory";
    return this.#run(
      tried,
      async () => {
        const reply = await this.#context.control.command("PWD");
        const path = reply.code === 257 ? parseQuotedPath(reply.text) : undefined;
        if (path === undefined) throw new FtpReplyError(tried, reply, "PWD");
        this.#context.known.directory = path;
        return path;
      },
      options,
    );
  }

  /**
   * Sends a command as it is, and gives its reply, whatever it is. Not for verbs that move data.
   *
   * @throws RangeError for CR, LF or NUL.
   */
  raw(command: string, options: OperationOptions = {}): Promise<ReceivedReply> {
    const space = command.indexOf(" ");
    const verb = space === -1 ? command : command.slice(0, space);
    const argument = space === -1 ? undefined : command.slice(space + 1);
    const shown = /^(?:PASS|ACCT)$/i.test(verb) ? "***" : argument;
    return this.#run(
      verb,
      async () => {
        const reply = await this.#context.control.command(verb, argument, shown);
        if (reply.code < 300) noteCommand(this.#context, verb, argument);
        return reply;
      },
      options,
    );
  }

  /** Keeps the session alive. */
  noop(options: OperationOptions = {}): Promise<void> {
    return this.#run("NOOP", () => attributes.command(this.#context, "NOOP", undefined, "NOOP"), options);
  }

  /** Downloads a folder and all below it. Names of the server never lead out of the local folder. */
  async downloadTree(path: string, to: string, options: TreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, downloadTreeTable);
    return downloadTree(clientServer(this), path, to, options);
  }

  /** Uploads a folder and all below it. */
  async uploadTree(from: string, path: string, options: TreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, uploadTreeTable);
    return uploadTree(clientServer(this), from, path, options);
  }

  /** Removes a folder and all that is in it. Links are removed, not followed. */
  async removeTree(path: string, options: RemoveTreeOptions = {}): Promise<TreeResult> {
    checkOptions(options, removeTreeTable);
    return removeTree(clientServer(this), path, options);
  }

  /** Makes sure that a folder is there, and those above it. */
  ensureDirectory(path: string, options: OperationOptions = {}): Promise<void> {
    return ensureDirectory(clientServer(this), path, options);
  }

  /** Keeps other operations waiting until `operation` is done. */
  readonly #held: HeldClient = (tried, operation, signal) =>
    this.#queue.run(tried, () => operation(this.#context), signal);

  #send(verb: StoreVerb, from: UploadSource, path: string, options: UploadOptions): Promise<TransferResult> {
    const tried = `Uploading ${path}`;
    const operation = (): Promise<TransferResult> => sendFrom(this.#context, verb, from, path, options);
    if (typeof from === "string" || from instanceof Uint8Array) return this.#run(tried, operation, options);
    return this.#driven(tried, operation, options);
  }

  #driven<T>(tried: string, operation: () => Promise<T>, options: OperationOptions): Promise<T> {
    return this.#queue.drive(tried, (release) => operation().finally(release), options.signal);
  }

  #run<T>(tried: string, operation: () => Promise<T>, options: OperationOptions): Promise<T> {
    return this.#queue.run(tried, operation, options.signal);
  }
}

function isOptions(target: string | URL | FtpClientOptions): target is FtpClientOptions {
  return typeof target === "object" && !(target instanceof URL);
}

function fromTarget(target: string | URL | FtpClientOptions): FtpClientOptions {
  if (isOptions(target)) return target;
  const { host, port, user, password, tls } = parseFtpUrl(target);
  return {
    host,
    port,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** What the URL says of TLS, and the options, which count over it. */
function mergedTls(url: FtpClientOptions["tls"], options: FtpClientOptions["tls"]): Pick<FtpClientOptions, "tls"> {
  if (typeof options !== "object" || typeof url !== "string") return {};
  return { tls: { mode: url, ...options } };
}

function makeContext(
  control: ControlConnection,
  options: ResolvedClientOptions,
  login: LoginResult,
  relay: { client?: FtpClient },
): ClientContext {
  const warn = (message: string): void => {
    relay.client?.emit("warning", { message });
  };
  return {
    control,
    options,
    data: new DataConnector(control, options, warn, login.netxServer),
    buffers: new BufferPool(),
    features: login.features,
    known: {
      type: undefined,
      structure: "F",
      mode: "S",
      deflateLevel: undefined,
      noMlsd: false,
      directory: undefined,
      hidesDirectory: false,
      showsDots: undefined,
      misreadsAll: undefined,
      endsLines: undefined,
      zone: { offset: undefined, attempts: 0 },
    },
    warn,
    progress: (event) => relay.client?.emit("progress", event),
    hearsProgress: () => (relay.client?.listenerCount("progress") ?? 0) > 0,
  };
}
