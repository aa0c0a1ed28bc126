/**
 * A server as a storage: what is written from storage to storage works with it.
 *
 * It works by a pool, one session for each operation. An open file holds its session until it is closed, or read to its
 * end: where all sessions of the pool are held so, and nobody uses the open files, other operations fail with kind
 * `too-many-open` after a while.
 *
 * FTP has no word for taking a name only if it is free: that is found out before, and what another client does in between
 * goes unseen. A broken upload is kept for its uploader until the storage is closed, and known to this storage alone; without
 * an uploader what it left is removed, but for what was appended.
 */
import type { ReadableFile, WritableFile } from "../../bytes/index.ts";
import { formatQuotedPath, holdsOctets, type HashAlgorithm } from "../../protocol/index.ts";
import {
  baseName,
  isWithin,
  rootPath,
  type Entry,
  type EntryTimes,
  type HashOptions,
  type ListOptions,
  type MakeDirectoryOptions,
  type OpenReadOptions,
  type OpenWriteOptions,
  type RemoveOptions,
  type RenameOptions,
  type StatOptions,
  type Storage,
  type StorageAbility,
  type StorageOptions,
  type VirtualPath,
} from "../../storage/index.ts";
import { FtpReplyError } from "../errors.ts";
import type { FtpClient } from "../client.ts";
import { chooseHash } from "../hash.ts";
import type { FtpPool } from "../pool/ftp-pool.ts";
import { noRetries } from "../retry/retry.ts";
import { BrokenUploads, stampOf } from "./broken-uploads.ts";
import { FtpReadable, nothingLeft } from "./ftp-readable.ts";
import { FtpWritable } from "./ftp-writable.ts";
import { listFolder } from "./list-folder.ts";
import { explained, look, tell, tellTime, type Place, type Wanted } from "./look.ts";
import { OpenFiles, type OpenFile } from "./open-files.ts";
import { OpenPathList } from "./open-paths.ts";
import { openUpload, type UploadSurroundings } from "./open-upload.ts";
import { isPartName } from "./part-names.ts";
import { PathLocks } from "./path-locks.ts";
import { isTooLong, ServerPaths } from "./server-path.ts";
import { storageError, toStorageError } from "./storage-error.ts";
import { takeName } from "./take-name.ts";

/** Options of `FtpStorage`. */
export interface FtpStorageOptions {
  /** The folder of the server that is the storage's root; from the login's folder unless it begins with `/`. Default: that. */
  readonly root?: string;
  /**
   * Whether new content goes to a temporary name first, and is renamed once it is whole. Default true. Without it half a
   * file has its name while it comes, and after a break: for servers that let nobody rename.
   */
  readonly temporaryNames?: boolean;
  /** Milliseconds that an operation waits for a session while all are held by open files that nobody uses. Default 10,000. */
  readonly openFileWait?: number;
}

const defaultOpenFileWait = 10_000;
/** Entries in a batch of a listing. */
const listBatch = 256;

/** Files and folders of a server. */
export class FtpStorage implements Storage {
  readonly #pool: FtpPool;
  readonly #paths: ServerPaths;
  readonly #open: OpenFiles;
  readonly #locks = new PathLocks();
  readonly #broken = new BrokenUploads();
  readonly #openPaths = new OpenPathList();
  readonly #surroundings: UploadSurroundings;

  /**
   * Nothing is connected before the first operation.
   *
   * @param pool - Its owner closes it.
   */
  constructor(pool: FtpPool, options: FtpStorageOptions = {}) {
    this.#pool = pool;
    this.#paths = new ServerPaths(options.root ?? "");
    this.#open = new OpenFiles(pool.held, options.openFileWait ?? defaultOpenFileWait);
    this.#surroundings = {
      locks: this.#locks,
      broken: this.#broken,
      open: this.#openPaths,
      temporaryNames: options.temporaryNames ?? true,
      remove: (path) =>
        pool
          .use((client) => client.remove(this.#paths.of(path)), { retry: noRetries, nests: false })
          .catch(() => undefined),
    };
  }

  /** What the server can do of what a storage may, as far as it tells: the other abilities fail with kind `not-supported`. */
  abilities(options: StorageOptions = {}): Promise<ReadonlySet<StorageAbility>> {
    return this.#run(rootPath, options, ({ client }) => {
      const { features } = client;
      const site = (features.get("SITE") ?? "").toUpperCase();
      const has: readonly (readonly [StorageAbility, boolean])[] = [
        ["setTimes", features.has("MFMT") || site.includes("UTIME")],
        ["changeMode", site.includes("CHMOD")],
        ["freeSpace", features.has("AVBL")],
        ["hash", chooseHash(features, undefined, false) !== undefined],
        ["link", site.includes("SYMLINK")],
      ];
      return Promise.resolve(new Set(has.flatMap(([ability, offered]) => (offered ? [ability] : []))));
    });
  }

  stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    return this.#run(path, options, async (place) => {
      if (this.#broken.find(options.uploader, path) !== undefined) {
        const part = await this.#statPart(place, path, options);
        if (part !== undefined) return part;
      }
      return (await tellTime(place, path, options.knownSize)) ?? tell(place, path);
    });
  }

  /** The uploader's broken upload, where it is what the name means. */
  async #statPart(place: Place, path: VirtualPath, options: StatOptions): Promise<Entry | undefined> {
    const broken = this.#broken.find(options.uploader, path);
    const there = await look(place, path);
    if (broken === undefined || (there !== undefined && options.prefersPartial !== true)) return undefined;
    if (broken.overtaken || stampOf(there) !== broken.base) return undefined;
    const kept = await look(place, broken.part);
    return kept === undefined ? undefined : { ...kept, name: baseName(path), partial: true };
  }

  /** As `Storage.list`. The listing is read whole before its first batch: who goes through it holds no session. */
  async *list(path: VirtualPath, options: ListOptions = {}): AsyncGenerator<readonly Entry[]> {
    const entries = await this.#run(path, options, (place) => listFolder(place, path, options), "directory");
    const shown = entries.filter(({ name }) => !isPartName(name));
    for (let at = 0; at < shown.length; at += listBatch) {
      if (options.signal?.aborted === true) throw storageError("aborted", path, options.signal.reason);
      yield shown.slice(at, at + listBatch);
    }
  }

  async openRead(path: VirtualPath, options: OpenReadOptions = {}): Promise<ReadableFile> {
    const { offset = 0, signal } = options;
    return this.#hold(path, options, async (place, held) => {
      const name = place.paths.of(path);
      if (offset > 0) {
        const { kind, size } = await tell(place, path);
        if (kind === "directory") throw storageError("is-a-directory", path);
        if (offset > size) throw storageError("offset-out-of-range", path);
        if (offset === size) {
          held.close();
          return nothingLeft;
        }
      }
      try {
        const download = await place.client.openRead(name, { offset, ...(signal === undefined ? {} : { signal }) });
        return new FtpReadable(download, path, held, signal);
      } catch (error) {
        throw await explained(place, path, "file", error);
      }
    });
  }

  async openWrite(path: VirtualPath, options: OpenWriteOptions = {}): Promise<WritableFile<Entry>> {
    if (path === "/") throw storageError("is-a-directory", path);
    if (isTooLong(path)) throw storageError("name-not-allowed", path);
    return this.#hold(path, options, async (place, held) => {
      const { upload, ending } = await openUpload(place, path, options, this.#surroundings);
      return new FtpWritable(upload, path, held, ending, options.signal);
    });
  }

  async remove(path: VirtualPath, options: RemoveOptions = {}): Promise<void> {
    if (path === "/") throw storageError("is-a-directory", path);
    const remove = async (place: Place): Promise<void> => {
      const part = await this.#partAlone(place, path, options.uploader);
      await place.client.remove(place.paths.of(part ?? path));
      await this.#changed(place, path, false);
    };
    await this.#run(path, options, gone(path, remove), "file");
  }

  async rename(from: VirtualPath, to: VirtualPath, options: RenameOptions = {}): Promise<void> {
    if (from === "/" || to === "/") throw storageError("permission-denied", rootPath);
    if (isTooLong(to)) throw storageError("name-not-allowed", to);
    if (from !== to && isWithin(from, to)) throw storageError("name-not-allowed", to);
    const attempts: RenameAttempts = { asked: false };
    await this.#run(from, options, (place) =>
      this.#locks.run(to, async () => {
        await rename(place, from, to, options, attempts);
        if (from === to) return;
        await this.#changed(place, from, false);
        await this.#changed(place, to, true);
        this.#broken.moved(from, to);
        this.#openPaths.moved(from, to);
      }),
    );
  }

  /** The part of the uploader's broken upload, where nothing else is under the name. */
  async #partAlone(place: Place, path: VirtualPath, uploader: string | undefined): Promise<VirtualPath | undefined> {
    const broken = this.#broken.find(uploader, path);
    if (broken === undefined || broken.overtaken || broken.base !== undefined) return undefined;
    return (await look(place, path)) === undefined ? broken.part : undefined;
  }

  /** Something was put under a path, or taken away: the broken uploads of that name end. */
  async #changed({ client, paths }: Place, path: VirtualPath, there: boolean): Promise<void> {
    for (const part of this.#broken.changed(path, there)) await client.remove(paths.of(part)).catch(passReplies);
  }

  async makeDirectory(path: VirtualPath, options: MakeDirectoryOptions = {}): Promise<void> {
    if (path === "/") throw storageError("already-exists", path);
    if (isTooLong(path)) throw storageError("name-not-allowed", path);
    const { permissions } = options;
    const make = async (place: Place): Promise<void> => {
      const { client, paths } = place;
      await client.mkdir(paths.of(path));
      await this.#changed(place, path, true);
      // A favour, as for files.
      if (permissions !== undefined) await client.chmod(paths.of(path), permissions & 0o777).catch(passReplies);
    };
    await this.#run(path, options, make, "new-directory");
  }

  async removeDirectory(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    if (path === "/") throw storageError("permission-denied", path);
    const remove = async ({ client, paths }: Place): Promise<void> => {
      try {
        await client.removeDirectory(paths.of(path));
      } catch (error) {
        // What hinders may be what nobody sees.
        const kept = this.#broken.takeWithin(path);
        if (kept.length === 0) throw error;
        for (const part of kept) await client.remove(paths.of(part)).catch(passReplies);
        await client.removeDirectory(paths.of(path));
      }
      this.#broken.takeWithin(path);
    };
    await this.#run(path, options, gone(path, remove), "empty-directory");
  }

  /** As `Storage.setTimes`, in whole seconds. FTP has no word for the time of access, which is passed over. */
  async setTimes(path: VirtualPath, times: EntryTimes, options: StorageOptions = {}): Promise<void> {
    const { modified } = times;
    const set = async (place: Place): Promise<void> => {
      if (modified === undefined) await tell(place, path);
      else await place.client.setTime(place.paths.of(path), new Date(modified));
    };
    await this.#run(path, options, set, "anything");
  }

  async changeMode(path: VirtualPath, mode: number, options: StorageOptions = {}): Promise<void> {
    const change = ({ client, paths }: Place): Promise<void> => client.chmod(paths.of(path), mode & 0o777);
    await this.#run(path, options, change, "anything");
  }

  /** As `Storage.freeSpace`, by AVBL. */
  freeSpace(path: VirtualPath, options: StorageOptions = {}): Promise<number> {
    return this.#run(path, options, async ({ client, paths }) => {
      if (!client.features.has("AVBL")) throw storageError("not-supported", path);
      const reply = await client.raw(`AVBL ${paths.of(path)}`);
      const octets = reply.code === 213 ? /\d{1,20}/.exec(reply.text)?.[0] : undefined;
      if (octets === undefined) throw new FtpReplyError(`Asking for the room in ${path}`, reply, "AVBL");
      return Math.min(Number(octets), Number.MAX_SAFE_INTEGER);
    });
  }

  hash(path: VirtualPath, algorithm: HashAlgorithm, options: HashOptions = {}): Promise<string | undefined> {
    const { start = 0, end, signal } = options;
    const ask = async (place: Place): Promise<string | undefined> => {
      const { client, paths } = place;
      const partial = start > 0 || end !== undefined;
      if (chooseHash(client.features, algorithm, partial) === undefined) return undefined;
      const how = { algorithm, ...(signal === undefined ? {} : { signal }) };
      if (!partial) return (await client.hash(paths.of(path), how)).digits;
      const { kind, size } = await tell(place, path);
      if (kind === "directory") throw storageError("is-a-directory", path);
      if (start > size) throw storageError("offset-out-of-range", path);
      const range = { start, end: Math.min(end ?? size, size) };
      // Of nothing there is no range to ask for.
      return range.end <= start ? undefined : (await client.hash(paths.of(path), { ...how, range })).digits;
    };
    return this.#run(path, options, ask, "file");
  }

  /** As `Storage.link`, by SITE SYMLINK. */
  async link(target: VirtualPath, path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    if (path === "/") throw storageError("already-exists", path);
    await this.#run(path, options, async (place) => {
      const { client, paths } = place;
      const names = [paths.of(target), paths.of(path)].map(formatQuotedPath).join(" ");
      const reply = await client.raw(`SITE SYMLINK ${names}`);
      if (reply.code < 300) return;
      const refusal = new FtpReplyError(`Linking ${path} to ${target}`, reply, "SITE");
      if (reply.code === 500 || reply.code === 502 || reply.code === 504) throw refusal;
      if ((await look(place, target)) === undefined) throw storageError("not-found", target, refusal);
      throw await explained(place, path, "new-directory", refusal);
    });
  }

  /** Removes the broken uploads that are kept. The pool stays open. */
  async close(): Promise<void> {
    for (const part of this.#broken.takeWithin(rootPath)) await this.#surroundings.remove(part);
  }

  /** Runs an operation with a session. @param wanted - What a refusal that does not say why is held against. */
  #run<T>(
    path: VirtualPath,
    options: StorageOptions,
    operation: (place: Place, retry: number) => Promise<T>,
    wanted?: Wanted,
  ): Promise<T> {
    const { signal } = options;
    return this.#told(path, signal, () =>
      this.#open.waiting(this.#pool, path, signal, (waits, begun) =>
        this.#pool.use(
          async (client, retry) => {
            begun();
            const place = { client, paths: this.#paths };
            try {
              return await operation(place, retry);
            } catch (error) {
              throw wanted === undefined ? error : await explained(place, path, wanted, error);
            }
          },
          { signal: waits, nests: false },
        ),
      ),
    );
  }

  /** Opens a file with a session that it holds until it is closed. */
  #hold<T>(path: VirtualPath, options: StorageOptions, open: (place: Place, held: OpenFile) => Promise<T>): Promise<T> {
    const { signal } = options;
    const opening = (waits: AbortSignal, begun: () => void): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const hold = async (client: FtpClient): Promise<void> => {
          begun();
          const held = this.#open.open();
          try {
            resolve(await held.use(() => open({ client, paths: this.#paths }, held)));
          } catch (error) {
            held.close();
            throw error;
          }
          await held.closed;
        };
        this.#pool.use(hold, { signal: waits, nests: false }).catch(reject);
      });
    return this.#told(path, signal, () => this.#open.waiting(this.#pool, path, signal, opening));
  }

  async #told<T>(path: VirtualPath, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    try {
      if (signal?.aborted === true) throw storageError("aborted", path, signal.reason);
      // Listings tell such names in a charset, so that what is stored under one would be found under another.
      if (holdsOctets(path)) throw storageError("name-not-allowed", path);
      return await run();
    } catch (error) {
      throw toStorageError(error, path, signal);
    }
  }
}

/** What the attempts at one rename did. */
interface RenameAttempts {
  /** One asked the server for it: its answer may be what was lost. */
  asked: boolean;
}

async function rename(
  place: Place,
  from: VirtualPath,
  to: VirtualPath,
  options: RenameOptions,
  attempts: RenameAttempts,
): Promise<void> {
  if (from === to) {
    await tell(place, from);
    return;
  }
  const there = await look(place, to);
  if (attempts.asked && there !== undefined && (await look(place, from)) === undefined) return;
  const moved = there === undefined ? undefined : await tell(place, from);
  if (there?.kind === "directory" && moved?.kind === "directory") {
    // An empty one gives way; servers differ in whether they have it do so by themselves.
    await place.client.removeDirectory(place.paths.of(to)).catch(async (error: unknown) => {
      throw await explained(place, to, "empty-directory", error);
    });
  } else if (there !== undefined) {
    const replaces = there.kind !== "directory" && moved?.kind !== "directory" && options.replace !== false;
    if (!replaces) throw storageError("already-exists", to);
  }
  attempts.asked = true;
  try {
    await takeName(place, from, to);
  } catch (error) {
    const refusedName = error instanceof FtpReplyError && error.verb === "RNTO";
    throw refusedName ? await explained(place, to, "new-file", error) : await explained(place, from, "file", error);
  }
}

/** A removal that is tried again after its reply was lost may find that it was done. */
function gone(
  path: VirtualPath,
  remove: (place: Place) => Promise<void>,
): (place: Place, retry: number) => Promise<void> {
  return async (place, retry) => {
    try {
      await remove(place);
    } catch (error) {
      if (retry === 0 || !(error instanceof FtpReplyError)) throw error;
      if ((await look(place, path)) !== undefined) throw error;
    }
  };
}

function passReplies(error: unknown): void {
  if (!(error instanceof FtpReplyError)) throw error;
}
