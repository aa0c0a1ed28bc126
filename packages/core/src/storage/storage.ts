/**
 * The file system behind a server, and the local end of a client's trees: what a storage must and may be able to do.
 *
 * Required are the eight methods every transfer needs. The optional methods are abilities: FEAT and the verbs that
 * need one follow from whether the method is there. Every failure is a `StorageError` with a closed `kind`.
 */
import type { ReadableFile, WritableFile } from "../bytes/index.ts";
import type { HashAlgorithm } from "../protocol/index.ts";
import type { VirtualPath } from "./virtual-path.ts";

/** What an entry of a folder is. */
export type EntryKind = "file" | "directory" | "symlink" | "other";

/** One entry of a folder, or what `stat` tells of a path. */
export interface Entry {
  /** The last component of the path; `/` for the root itself. Never holds `/`, NUL, CR or LF. */
  readonly name: string;
  readonly kind: EntryKind;
  /** Octets. 0 for what is no file. */
  readonly size: number;
  /** When the content was last modified, in milliseconds since 1970-01-01 UTC. */
  readonly modified: number;
  /**
   * Milliseconds by which `modified` may be short of the true time, where the storage knows it only so well: 1,000 where it
   * counts seconds, 60,000 for minutes, 86,400,000 for days; Infinity where it does not know the time at all, and tells 0.
   * Absent where `modified` is as exact as it looks. Times that differ by less may be the same.
   */
  readonly timePrecision?: number;
  /** When the file was created, in milliseconds since 1970-01-01 UTC, where the storage knows. */
  readonly created?: number;
  /** Unix permission bits (0 to 0o7777), where the storage has them. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Number of hard links. */
  readonly links?: number;
  /** Equal for two entries that are the same file (RFC 3659 §7.5.2, fact "unique"). */
  readonly unique?: string;
  /** Where a symlink leads: a path inside this storage, relative or absolute. Absent when it leads out or nowhere. */
  readonly target?: string;
  /** The language of the content, as RFC 5646 names it, where the storage knows. */
  readonly language?: string;
  /** The media type of the content, as `text/plain`, where the storage knows. */
  readonly mediaType?: string;
  /** The character set of the content, where the storage knows. */
  readonly charset?: string;
  /** True when this is a broken upload that its uploader may resume, not a file that others see. */
  readonly partial?: boolean;
}

/** What every method takes last. */
export interface StorageOptions {
  /** Ends the operation early; it then fails with kind `aborted`. */
  readonly signal?: AbortSignal;
}

/** Options of `stat`. */
export interface StatOptions extends StorageOptions {
  /** Whose broken upload is to be told of, where nothing else is under the name. */
  readonly uploader?: string;
  /**
   * Whether the uploader's broken upload is told of even where the file is there that it was to replace: for a client of this
   * storage that goes on with an upload of its own. Default false: a name means what `openRead` reads.
   */
  readonly prefersPartial?: boolean;
  /** Whether a link means what it leads to. Default true; false tells of the link itself, which may lead nowhere. */
  readonly followLinks?: boolean;
  /**
   * Octets that a listing told of the file a moment ago, where its exact time is what is wanted: a storage that has to ask
   * for each fact by itself may leave the size as it was.
   */
  readonly knownSize?: number;
}

/** Options of `openRead`. */
export interface OpenReadOptions extends StorageOptions {
  /** Octets to skip. Default 0. Past the end of the file: `StorageError` of kind `offset-out-of-range`. */
  readonly offset?: number;
}

/**
 * How a file is opened for writing.
 *
 * - `replace`: the new content takes the place of a file of that name, or is a new file.
 * - `create`: only a new file is made; kind `already-exists` otherwise. Decided at the opening, and again at `commit`.
 * - `append`: the content goes after what is there; where nothing is, after the uploader's broken upload, or into a new file.
 *   A second append waits for the first to end. What came of an append that breaks may stay.
 * - `at`: the first `offset` bytes stay, what is written follows them, and the file ends with it. They are those of the
 *   uploader's broken upload while what was under the name when that began is still there, unchanged, else those of the file.
 *
 * An uploader whose broken upload was to replace the file that is still there may not append to that file, nor begin within it
 * behind what the broken upload has: the client means its own bytes, and would mix them with the old ones. Nor may it begin
 * within a file that somebody else put there since. Both fail with kind `offset-out-of-range`; mode `replace` always works.
 */
export type WriteMode = "replace" | "create" | "append" | "at";

/** Options of `openWrite`. */
export interface OpenWriteOptions extends StorageOptions {
  /** Default `replace`. */
  readonly mode?: WriteMode;
  /** Octets that stay, for mode `at`. More than there are: `StorageError` of kind `offset-out-of-range`. */
  readonly offset?: number;
  /** Who uploads: a broken upload is kept for this uploader and this path alone. Without it nothing is kept. */
  readonly uploader?: string;
  /** Unix permission bits of a new file, where the storage has them. Default 0o644. */
  readonly permissions?: number;
  /**
   * When the content counts as modified, in milliseconds since 1970-01-01 UTC. Default: when it was written. A favour: what
   * `commit` tells is what the file has, and a storage that cannot do it on the way leaves it to `setTimes`.
   */
  readonly modified?: number;
  /** Octets that will come, where known (ALLO); a storage may refuse at once with kind `no-space`. */
  readonly expectedSize?: number;
}

/** Options of `rename`. */
export interface RenameOptions extends StorageOptions {
  /** Whether a file at the new name is replaced by a file. Default true. An empty directory always gives way to a directory. */
  readonly replace?: boolean;
}

/** Options of `remove`. */
export interface RemoveOptions extends StorageOptions {
  /** Who asks: where nothing is under the name but a broken upload of this uploader, that is removed. */
  readonly uploader?: string;
}

/** Options of `makeDirectory`. */
export interface MakeDirectoryOptions extends StorageOptions {
  /** Unix permission bits, where the storage has them. Default 0o755. */
  readonly permissions?: number;
}

/** Times to set, in milliseconds since 1970-01-01 UTC. */
export interface EntryTimes {
  readonly modified?: number;
  readonly accessed?: number;
}

/** Options of `list`. */
export interface ListOptions extends StorageOptions {
  /**
   * Whether a storage that cannot tell an empty folder from one that cannot be read is to fail, for who removes elsewhere
   * what is not listed. Default false.
   */
  readonly mustBeSure?: boolean;
}

/** Options of `abilities`. */
export interface AbilitiesOptions extends StorageOptions {
  /** Where the abilities are wanted, with all that lies below it. Default: the whole storage. */
  readonly path?: VirtualPath;
}

/** Options of `hash`. */
export interface HashOptions extends StorageOptions {
  /** The first octet. Default 0. Past the end of the file: `StorageError` of kind `offset-out-of-range`. */
  readonly start?: number;
  /** The octet after the last one; more than there are means all. Default: the file's size. */
  readonly end?: number;
  /** Told now and then how many octets more were hashed. */
  readonly onBytes?: (count: number) => void;
}

/** A file system behind an interface that anyone can replace. */
export interface Storage {
  /**
   * Tells of the file or folder at `path`, links followed.
   *
   * @throws StorageError `not-found` and the kinds that any method may throw.
   */
  stat(path: VirtualPath, options?: StatOptions): Promise<Entry>;

  /**
   * Yields the entries of the folder at `path` in batches, in the order that `sortsNames` tells, without `.` and `..`. Links
   * are told as links. Names that cannot travel in a command (with NUL, CR or LF) are left out.
   *
   * @throws StorageError `not-found`, `not-a-directory`.
   */
  list(path: VirtualPath, options?: ListOptions): AsyncIterable<readonly Entry[]>;

  /**
   * Entries up to which `list` gives a folder sorted by name, by UTF-16 code units: who wants that order need not wait for
   * the last entry then. Larger folders come in no particular order, and so do all where this is absent.
   */
  readonly sortsNames?: number;

  /**
   * Opens a file for reading.
   *
   * @throws StorageError `not-found`, `is-a-directory`, `offset-out-of-range`.
   */
  openRead(path: VirtualPath, options?: OpenReadOptions): Promise<ReadableFile>;

  /**
   * Opens a file for writing. Nothing is seen under the name before `commit`, but for what goes to the end of a file that is
   * there: a storage may write that at once.
   *
   * @throws StorageError `not-found` (the folder), `is-a-directory`, `already-exists`, `offset-out-of-range`, `no-space`,
   *   `busy`.
   */
  openWrite(path: VirtualPath, options?: OpenWriteOptions): Promise<WritableFile<Entry>>;

  /** Removes a file or a link. @throws StorageError `not-found`, `is-a-directory`. */
  remove(path: VirtualPath, options?: RemoveOptions): Promise<void>;

  /**
   * Renames a file, a directory or a link, wherever that leads.
   *
   * @throws StorageError `not-found`, `already-exists`, `directory-not-empty`.
   */
  rename(from: VirtualPath, to: VirtualPath, options?: RenameOptions): Promise<void>;

  /** Makes one folder. @throws StorageError `already-exists`, `not-found` (its parent). */
  makeDirectory(path: VirtualPath, options?: MakeDirectoryOptions): Promise<void>;

  /** Removes an empty folder. @throws StorageError `not-found`, `not-a-directory`, `directory-not-empty`. */
  removeDirectory(path: VirtualPath, options?: StorageOptions): Promise<void>;

  /** Ability: sets times of a file or folder. */
  setTimes?(path: VirtualPath, times: EntryTimes, options?: StorageOptions): Promise<void>;

  /** Ability: sets the Unix permission bits (0 to 0o777) of a file or folder. */
  changeMode?(path: VirtualPath, mode: number, options?: StorageOptions): Promise<void>;

  /** Ability: octets that can still be stored below `path`. */
  freeSpace?(path: VirtualPath, options?: StorageOptions): Promise<number>;

  /** Ability: sets when a file or folder was created, in milliseconds since 1970-01-01 UTC. */
  setCreated?(path: VirtualPath, created: number, options?: StorageOptions): Promise<void>;

  /**
   * Ability: the hash of a file or a part of it, where the storage has a quicker way than to have it read. Without it,
   * `hashFile` reads the file.
   *
   * @returns Lower-case hexadecimal digits; undefined when it has no quicker way for this file or algorithm.
   * @throws StorageError `not-found`, `is-a-directory`, `offset-out-of-range`, `aborted`.
   */
  hash?(path: VirtualPath, algorithm: HashAlgorithm, options?: HashOptions): Promise<string | undefined>;

  /**
   * Ability: makes `path` a symbolic link to `target`, which must be there. A link never leads out of the storage.
   *
   * @throws StorageError `not-found` (the target, or the folder of `path`), `already-exists`, `name-not-allowed`.
   */
  link?(target: VirtualPath, path: VirtualPath, options?: StorageOptions): Promise<void>;

  /**
   * Which of its optional methods really work, for a storage whose methods are there whether they do or not: a server as a
   * storage has to ask. Without it, those that are there work.
   *
   * @throws StorageError.
   */
  abilities?(options?: AbilitiesOptions): Promise<ReadonlySet<StorageAbility>>;

  /** Gives back what the storage holds (timers, journals, kept uploads). The storage is not used afterwards. */
  close?(): Promise<void>;
}

/** The abilities a storage may have: names of its optional methods. */
export type StorageAbility = "setTimes" | "changeMode" | "freeSpace" | "setCreated" | "hash" | "link";
