/** A storage in the process's memory: for tests, for what devices may drop and nobody keeps, and as a worked example. */
import type { ReadableFile, WritableFile } from "../../bytes/index.ts";
import { message, octetTextLength } from "../../protocol/index.ts";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import { usualText } from "../error-texts.ts";
import { appendWait, FileTurns } from "../file-turns.ts";
import {
  isWorthKeeping,
  KeptUploads,
  refusedBesidePart,
  refusedOvertaken,
  type KeptPlace,
  type KeptState,
} from "../kept-uploads.ts";
import type {
  Entry,
  EntryTimes,
  MakeDirectoryOptions,
  OpenReadOptions,
  OpenWriteOptions,
  RemoveOptions,
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
  /** Milliseconds that an append waits while another one to the same file goes on. Default 30 seconds. */
  readonly appendWait?: number;
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
  /** Whether it is in the tree no more. */
  removed?: boolean;
}

/** Where a file is written to: its directory, wherever that is moved meanwhile. */
interface Target {
  readonly folder: DirectoryNode;
  readonly path: VirtualPath;
  readonly options: OpenWriteOptions;
  /** Bytes of what is there, or of a broken upload, that stay. */
  readonly stays: number;
  /** The identity of what was under the name at the beginning, and whether it must still be there at the end. */
  readonly base: string | undefined;
  readonly checksBase: boolean;
  /** Whether it adds to the end of a file that is there: what came stays, then, when it breaks. */
  readonly grows: boolean;
  readonly release: () => void;
}

type MemoryNode = FileNode | DirectoryNode;

/** Files and folders in memory. */
export class MemoryStorage implements Storage {
  readonly #maxBytes: number;
  readonly #root: DirectoryNode = directory(0, 0o755);
  readonly #kept: KeptUploads<Content>;
  readonly #turns = new FileTurns();
  readonly #appendWait: number;
  #bytes = 0;
  #nextId = 1;

  /** @param options - See `MemoryStorageOptions`. */
  constructor(options: MemoryStorageOptions = {}) {
    this.#maxBytes = options.maxBytes ?? Infinity;
    this.#appendWait = options.appendWait ?? appendWait;
    this.#kept = new KeptUploads(options.keepBrokenUploads ?? brokenUploadLifetime, ({ part }) => {
      this.#bytes -= part.size;
    });
  }

  async stat(path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
    demandGoing(path, options);
    const there = this.#present(path);
    if (there === undefined || options.prefersPartial === true) {
      const found = this.#look(options.uploader, path, there);
      if (found.state === "resumable") {
        const { size, since } = found.kept;
        return { name: baseName(path), kind: "file", size, modified: since, partial: true };
      }
    }
    return entryOf(path === "/" ? "/" : baseName(path), there ?? this.#find(path));
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
    const { mode = "replace", offset = 0 } = options;
    let folder = this.#folderFor(path);
    let release = (): void => undefined;
    if (mode === "append" || (mode === "at" && offset > 0)) {
      release = await this.#turns.take(nameIn(folder, path), path, this.#appendWait, options.signal);
      folder = this.#folderFor(path);
    }
    try {
      return this.#open({ folder, path, options, release });
    } catch (error) {
      release();
      throw error;
    }
  }

  async remove(path: VirtualPath, options: RemoveOptions = {}): Promise<void> {
    demandGoing(path, options);
    const node = this.#present(path);
    if (node === undefined && this.#discardPart(options.uploader, path)) return;
    if (node === undefined) throw failure("not-found", path);
    if (node.kind !== "file") throw failure("is-a-directory", path);
    const folder = this.#folder(path);
    folder.children.delete(baseName(path));
    this.#bytes -= node.content.size;
    this.#kept.changed(placeIn(folder, path), false);
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
    if (node.kind === "directory") {
      // An empty directory gives way to another one, as on disks.
      if (there?.kind === "file") throw failure("already-exists", to);
      if (there !== undefined && there.children.size > 0) throw failure("directory-not-empty", to);
      if (there !== undefined) this.#kept.directoryRemoved(directoryId(there));
      if (there !== undefined) there.removed = true;
    } else if (there?.kind === "directory" || (there !== undefined && options.replace === false)) {
      throw failure("already-exists", to);
    }
    if (there?.kind === "file") this.#bytes -= there.content.size;
    const source = this.#folder(from);
    source.children.delete(baseName(from));
    folder.children.set(baseName(to), node);
    this.#kept.changed(placeIn(source, from), false);
    this.#kept.changed(placeIn(folder, to), true);
  }

  async makeDirectory(path: VirtualPath, options: MakeDirectoryOptions = {}): Promise<void> {
    demandGoing(path, options);
    if (path === "/") throw failure("already-exists", path);
    const folder = this.#folder(path);
    demandName(path);
    if (folder.children.has(baseName(path))) throw failure("already-exists", path);
    folder.children.set(baseName(path), directory(this.#nextId++, options.permissions ?? 0o755));
    this.#kept.changed(placeIn(folder, path), true);
  }

  async removeDirectory(path: VirtualPath, options: StorageOptions = {}): Promise<void> {
    demandGoing(path, options);
    const node = this.#find(path);
    if (node.kind !== "directory") throw failure("not-a-directory", path);
    if (path === "/") throw failure("permission-denied", path);
    if (node.children.size > 0) throw failure("directory-not-empty", path);
    this.#kept.directoryRemoved(directoryId(node));
    const folder = this.#folder(path);
    folder.children.delete(baseName(path));
    this.#kept.changed(placeIn(folder, path), false);
    node.removed = true;
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

  /** @param asked - The path that errors name. */
  #find(path: VirtualPath, asked: VirtualPath = path): MemoryNode {
    let node: MemoryNode = this.#root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      if (node.kind !== "directory") throw failure("not-a-directory", asked);
      const next = node.children.get(name);
      if (next === undefined) throw failure("not-found", asked);
      node = next;
    }
    return node;
  }

  #folder(path: VirtualPath): DirectoryNode {
    const node = this.#find(parentPath(path), path);
    if (node.kind !== "directory") throw failure("not-a-directory", path);
    return node;
  }

  /** What is at a path; undefined for nothing. */
  #present(path: VirtualPath): MemoryNode | undefined {
    if (path === rootPath) return this.#root;
    return this.#folder(path).children.get(baseName(path));
  }

  /** The directory of a file that is to be written. */
  #folderFor(path: VirtualPath): DirectoryNode {
    if (path === rootPath) throw failure("is-a-directory", path);
    const folder = this.#folder(path);
    demandName(path);
    return folder;
  }

  #look(uploader: string | undefined, path: VirtualPath, there: MemoryNode | undefined): KeptState<Content> {
    if (uploader === undefined || this.#kept.isEmpty || path === rootPath) return { state: "none" };
    return this.#kept.look(uploader, placeIn(this.#folder(path), path), identityOf(there));
  }

  #discardPart(uploader: string | undefined, path: VirtualPath): boolean {
    const found = this.#look(uploader, path, undefined);
    return found.state === "resumable" && this.#kept.discard(uploader, found.kept);
  }

  #open(asked: Pick<Target, "folder" | "path" | "options" | "release">): MemoryWritable {
    const { folder, path, options } = asked;
    const { mode = "replace", uploader, expectedSize = 0 } = options;
    const there = fileIn(folder, path);
    if (there !== undefined && mode === "create") throw failure("already-exists", path);
    if (this.#bytes + expectedSize > this.#maxBytes) throw failure("no-space", path);
    const offset = mode === "at" ? (options.offset ?? 0) : 0;
    const base = identityOf(there);
    const anew: Target = { ...asked, stays: 0, base, checksBase: mode === "append", grows: false };
    if (mode !== "append" && offset === 0) return this.#writable(new Content(), anew);
    const found = this.#kept.look(uploader, placeIn(folder, path), base);
    if (found.state === "resumable" && (mode === "at" || there === undefined)) {
      const { kept } = found;
      const stays = mode === "at" ? offset : kept.size;
      if (stays > kept.size) throw refusedBesidePart(path, kept.size);
      this.#kept.take(kept);
      this.#bytes -= kept.size - stays;
      return this.#writable(kept.part.start(stays), { ...anew, base: kept.base, checksBase: true });
    }
    if (found.state === "resumable") throw refusedBesidePart(path, found.kept.size);
    if (there === undefined && mode === "append") return this.#writable(new Content(), anew);
    if (there === undefined || offset > there.content.size) throw failure("offset-out-of-range", path);
    if (mode === "at" && found.state === "overtaken") throw refusedOvertaken(path);
    const stays = mode === "append" ? there.content.size : offset;
    const grows = stays === there.content.size;
    // What stays is shared with the file that is there, and counted with it.
    return this.#writable(there.content.start(stays), { ...anew, stays, checksBase: true, grows });
  }

  #writable(content: Content, target: Target): MemoryWritable {
    const { folder, path, options, stays, release } = target;
    const { mode = "replace", uploader } = options;
    const put = (): Entry => {
      if (folder.removed === true) throw failure("not-found", path);
      const there = fileIn(folder, path);
      if (there !== undefined && mode === "create") throw failure("already-exists", path);
      if (target.checksBase && identityOf(there) !== target.base) throw failure("busy", path);
      const entry = this.#put(folder, path, content, there, options);
      this.#bytes += stays;
      return entry;
    };
    return new MemoryWritable(content, {
      take: (count) => this.#take(count, path),
      commit: () => {
        try {
          const entry = put();
          this.#kept.discard(uploader, placeIn(folder, path));
          this.#kept.changed(placeIn(folder, path), true);
          return entry;
        } catch (error) {
          this.#bytes -= content.size - stays;
          throw error;
        } finally {
          release();
        }
      },
      abandon: (cause) => {
        try {
          const isOfUse = isWorthKeeping(cause);
          if (target.grows && isOfUse && folder.removed !== true && identityOf(fileIn(folder, path)) === target.base)
            put();
          else if (stays === 0 && uploader !== undefined && content.size > 0 && mode !== "create" && isOfUse) {
            const { base } = target;
            const { size } = content;
            this.#kept.keep({ uploader, ...placeIn(folder, path), part: content, size, since: Date.now(), base });
          } else this.#bytes -= content.size - stays;
        } finally {
          release();
        }
      },
    });
  }

  #put(
    folder: DirectoryNode,
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
    folder.children.set(baseName(path), node);
    return entryOf(baseName(path), node);
  }
}

/** The file of a path in its directory; undefined for nothing. @throws StorageError `is-a-directory`. */
function fileIn(folder: DirectoryNode, path: VirtualPath): FileNode | undefined {
  const there = folder.children.get(baseName(path));
  if (there?.kind === "directory") throw failure("is-a-directory", path);
  return there;
}

function directoryId({ id }: DirectoryNode): string {
  return String(id);
}

/** Where a file lies, for the broken uploads that are kept. */
function placeIn(folder: DirectoryNode, path: VirtualPath): KeptPlace {
  return { directory: directoryId(folder), name: baseName(path) };
}

function nameIn(folder: DirectoryNode, path: VirtualPath): string {
  return `${directoryId(folder)}/${baseName(path)}`;
}

function identityOf(node: MemoryNode | undefined): string | undefined {
  return node === undefined ? undefined : String(node.id);
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
