/** A storage in the process's memory: for tests, for what devices may drop and nobody keeps, and as a worked example. */
import type { ReadableFile, WritableFile } from "../../bytes/index.ts";
import { message, octetTextLength } from "../../protocol/index.ts";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import { usualText } from "../error-texts.ts";
import { isWorthKeeping, KeptUploads } from "../kept-uploads.ts";
import type {
  Entry,
  EntryTimes,
  MakeDirectoryOptions,
  OpenReadOptions,
  OpenWriteOptions,
  RenameOptions,
  StatOptions,
  Storage,
  StorageOptions,
} from "../storage.ts";
import { baseName, isWithin, parentPath, rootPath, type VirtualPath } from "../virtual-path.ts";
import { Content } from "./content.ts";
import { MemoryReadable } from "./memory-readable.ts";
import { MemoryWritable } from "./memory-writable.ts";

/** Options of `MemoryStorage`. */
export interface MemoryStorageOptions {
  /** Octets that all files together may have. Default: no limit. */
  readonly maxBytes?: number;
  /** Milliseconds for which a broken upload is kept for its uploader; 0 keeps none. Default 6 hours. */
  readonly keepBrokenUploads?: number;
}

/** Milliseconds for which a broken upload is kept, unless the option says otherwise. */
const brokenUploadLifetime = 6 * 60 * 60 * 1000;
/** Entries in a batch of a listing. */
const listBatch = 256;
/** The longest name, in octets. */
const nameLimit = 255;

interface FileNode {
  readonly kind: "file";
  content: Content;
  modified: number;
  created: number;
  mode: number;
  readonly id: number;
}

interface DirectoryNode {
  readonly kind: "directory";
  readonly children: Map<string, MemoryNode>;
  modified: number;
  created: number;
  mode: number;
  readonly id: number;
}

type MemoryNode = FileNode | DirectoryNode;

/** Files and folders in memory. */
export class MemoryStorage implements Storage {
  readonly #maxBytes: number;
  readonly #root: DirectoryNode = directory(0, 0o755);
  readonly #kept: KeptUploads<Content>;
  readonly #appending = new Set<VirtualPath>();
  #bytes = 0;
  #nextId = 1;

  /** @param options - See `MemoryStorageOptions`. */
  constructor(options: MemoryStorageOptions = {}) {
    this.#maxBytes = options.maxBytes ?? Infinity;
    this.#kept = new KeptUploads(options.keepBrokenUploads ?? brokenUploadLifetime, ({ part }) => {
      this.#bytes -= part.size;
    });
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    demandGoing(path, options);
    const kept = this.#kept.find(options.uploader, path);
    if (kept !== undefined) {
      return { name: baseName(path), kind: "file", size: kept.size, modified: kept.since, partial: true };
    }
    return entryOf(path === "/" ? "/" : baseName(path), this.#find(path));
  }

  async *list(path: VirtualPath, options: StorageOptions = {}): AsyncGenerator<readonly Entry[]> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (node.kind !== "directory") throw failure("not-a-directory", path);
    const entries = [...node.children].map(([name, child]) => entryOf(name, child));
    for (let at = 0; at < entries.length; at += listBatch) {
      demandGoing(path, options);
      yield await Promise.resolve(entries.slice(at, at + listBatch));
    }
  }

  async openRead(path: VirtualPath, options: OpenReadOptions = {}): Promise<ReadableFile> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (node.kind !== "file") throw failure("is-a-directory", path);
    const offset = options.offset ?? 0;
    if (offset > node.content.size) throw failure("offset-out-of-range", path);
    return new MemoryReadable(node.content, offset);
  }

  async openWrite(path: VirtualPath, options: OpenWriteOptions = {}): Promise<WritableFile<Entry>> {
    demandGoing(path, options);
    const { mode = "replace", uploader, expectedSize = 0 } = options;
    const there = this.#fileToBe(path);
    if (there !== undefined && mode === "create") throw failure("already-exists", path);
    if (this.#bytes + expectedSize > this.#maxBytes) throw failure("no-space", path);
    if (mode === "append" && this.#appending.has(path)) throw failure("busy", path);
    const kept = mode === "at" || mode === "append" ? this.#kept.find(uploader, path) : undefined;
    const source = kept?.part ?? there?.content ?? new Content();
    const stays = mode === "append" ? source.size : mode === "at" ? (options.offset ?? 0) : 0;
    if (stays > source.size) throw failure("offset-out-of-range", path);
    if (kept !== undefined) this.#kept.discard(uploader, path);
    this.#take(stays, path);
    if (mode === "append") this.#appending.add(path);
    const checks = kept === undefined && (mode === "append" || stays > 0);
    return this.#writable(source.start(stays), path, options, { checks, base: there?.content });
  }

  async remove(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (node.kind !== "file") throw failure("is-a-directory", path);
    this.#folder(path).children.delete(baseName(path));
    this.#bytes -= node.content.size;
  }

  async rename(from: VirtualPath, to: VirtualPath, options: RenameOptions = {}): Promise<void> {
    demandGoing(from, options);
    const node = this.#find(from);
    if (from === "/" || to === "/") throw failure("permission-denied", "/");
    if (from === to) return;
    if (isWithin(from, to)) throw failure("name-not-allowed", to);
    const folder = this.#folder(to);
    demandName(to);
    const there = folder.children.get(baseName(to));
    if (there !== undefined && (there.kind === "directory" || options.replace === false))
      throw failure("already-exists", to);
    if (there !== undefined && node.kind === "directory") throw failure("already-exists", to);
    if (there?.kind === "file") this.#bytes -= there.content.size;
    this.#folder(from).children.delete(baseName(from));
    folder.children.set(baseName(to), node);
  }

  async makeDirectory(path: VirtualPath, options: MakeDirectoryOptions = {}): Promise<void> {
    demandGoing(path, options);
    if (path === "/") throw failure("already-exists", path);
    const folder = this.#folder(path);
    demandName(path);
    if (folder.children.has(baseName(path))) throw failure("already-exists", path);
    folder.children.set(baseName(path), directory(this.#nextId++, options.permissions ?? 0o755));
  }

  async removeDirectory(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (node.kind !== "directory") throw failure("not-a-directory", path);
    if (path === "/") throw failure("permission-denied", path);
    if (node.children.size > 0) throw failure("directory-not-empty", path);
    for (const { uploader, path: target } of this.#kept.findWithin(path)) this.#kept.discard(uploader, target);
    this.#folder(path).children.delete(baseName(path));
  }

  async setTimes(path: VirtualPath, times: EntryTimes, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (times.modified !== undefined) node.modified = times.modified;
  }

  async setCreated(path: VirtualPath, created: number, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    this.#find(path).created = created;
  }

  async changeMode(path: VirtualPath, mode: number, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    this.#find(path).mode = mode & 0o777;
  }

  async freeSpace(path: VirtualPath, options: StorageOptions = {}): Promise<number> {
    demandGoing(path, options);
    return Math.min(Number.MAX_SAFE_INTEGER, this.#maxBytes - this.#bytes);
  }

  async close(): Promise<void> {
    for (const { part } of this.#kept.takeAll()) this.#bytes -= part.size;
  }

  /** Counts octets in. @throws StorageError `no-space`. */
  #take(count: number, path: VirtualPath): void {
    if (this.#bytes + count > this.#maxBytes) throw failure("no-space", path);
    this.#bytes += count;
  }

  #find(path: VirtualPath): MemoryNode {
    let node: MemoryNode = this.#root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      if (node.kind !== "directory") throw failure("not-a-directory", path);
      const next = node.children.get(name);
      if (next === undefined) throw failure("not-found", path);
      node = next;
    }
    return node;
  }

  #folder(path: VirtualPath): DirectoryNode {
    const node = this.#find(parentPath(path));
    if (node.kind !== "directory") throw failure("not-a-directory", path);
    return node;
  }

  /** The file at a path that is to be written; undefined when it is new. */
  #fileToBe(path: VirtualPath): FileNode | undefined {
    if (path === rootPath) throw failure("is-a-directory", path);
    const there = this.#folder(path).children.get(baseName(path));
    demandName(path);
    if (there?.kind === "directory") throw failure("is-a-directory", path);
    return there;
  }

  #writable(
    content: Content,
    path: VirtualPath,
    options: OpenWriteOptions,
    began: { readonly checks: boolean; readonly base: Content | undefined },
  ): MemoryWritable {
    const { mode = "replace", uploader } = options;
    return new MemoryWritable(content, {
      take: (count) => this.#take(count, path),
      commit: () => {
        if (mode === "append") this.#appending.delete(path);
        try {
          const there = this.#fileToBe(path);
          if (there !== undefined && mode === "create") throw failure("already-exists", path);
          if (began.checks && there?.content !== began.base) throw failure("busy", path);
          return this.#put(path, content, there, options);
        } catch (error) {
          this.#bytes -= content.size;
          throw error;
        } finally {
          if (uploader !== undefined) this.#kept.discard(uploader, path);
        }
      },
      abandon: (cause) => {
        if (mode === "append") this.#appending.delete(path);
        if (uploader !== undefined && content.size > 0 && mode !== "create" && isWorthKeeping(cause)) {
          this.#kept.keep({ uploader, path, part: content, size: content.size, since: Date.now() });
        } else this.#bytes -= content.size;
      },
    });
  }

  #put(
    path: VirtualPath,
    content: Content,
    there: FileNode | undefined,
    { permissions = 0o644, modified = Date.now() }: OpenWriteOptions,
  ): Entry {
    if (there !== undefined) this.#bytes -= there.content.size;
    // A new node each time: whoever reads the old content goes on reading it.
    const created = there?.created ?? Date.now();
    const mode = there?.mode ?? permissions;
    const node: FileNode = { kind: "file", content, modified, created, mode, id: this.#nextId++ };
    this.#folder(path).children.set(baseName(path), node);
    return entryOf(baseName(path), node);
  }
}

function directory(id: number, mode: number): DirectoryNode {
  const now = Date.now();
  return { kind: "directory", children: new Map(), modified: now, created: now, mode, id };
}

function entryOf(name: string, node: MemoryNode): Entry {
  const { kind, modified, created, mode, id } = node;
  const size = kind === "file" ? node.content.size : 0;
  return { name, kind, size, modified, created, mode, unique: `m${id.toString(36)}` };
}

function demandName(path: VirtualPath): void {
  if (octetTextLength(baseName(path)) > nameLimit) throw failure("name-not-allowed", path);
}

function demandGoing(path: VirtualPath, options: StorageOptions): void {
  if (options.signal?.aborted === true)
    throw new StorageError("aborted", message("{path}: aborted", { path }), { path });
}

function failure(kind: StorageErrorKind, path: string): StorageError {
  return new StorageError(kind, usualText(kind, path), { path });
}
