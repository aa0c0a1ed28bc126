/**
 * Goes through a tree: a folder before what is in it, names in order.
 *
 * Of each folder on the way down the listing is held, of no other. Links that are followed lead into no folder that the
 * walk is in already.
 */
import { posix } from "node:path";
import type { Storage } from "../../storage/index.ts";
import type { FtpClient } from "../client.ts";
import { FtpTransferError } from "../errors.ts";
import { makeSieve, type Sieve } from "./filters.ts";
import { treeDepth, type WalkedEntry, type WalkOptions } from "./tree-options.ts";
import { serverSource, storageSource, type SourceEntry, type TreeSource } from "./tree-source.ts";

/** Links on the way to a folder, at most: as many as systems follow. */
const linkLimit = 40;

/** A folder that the walk is in. */
interface Level {
  readonly path: string;
  readonly relative: string;
  /** Where it is when all links are followed, as far as the source tells. */
  readonly real: string;
  readonly unique: string | undefined;
  readonly links: number;
  readonly above: Level | undefined;
}

/**
 * Goes through a tree of a storage, or of a server by one session.
 *
 * @param path - The folder at the top, which is not told itself. Of a client, as for its other methods.
 * @throws StorageError or FtpError when a folder cannot be read, or lies too deep, unless `onFailure` is there.
 */
export function walk(
  source: Storage | FtpClient,
  path: string,
  options: WalkOptions = {},
): AsyncGenerator<WalkedEntry, void, undefined> {
  return walkSource(
    "openRead" in source && "setTime" in source ? serverSource(source) : storageSource(source),
    path,
    options,
  );
}

/** As `walk`, of any source. */
export async function* walkSource(
  source: TreeSource,
  path: string,
  options: WalkOptions,
): AsyncGenerator<WalkedEntry, void, undefined> {
  const top: Level = { path, relative: "", real: posix.normalize(path), unique: undefined, links: 0, above: undefined };
  yield* new Walk(source, options).within(top, 1);
}

class Walk {
  readonly #source: TreeSource;
  readonly #options: WalkOptions;
  readonly #sieve: Sieve;

  constructor(source: TreeSource, options: WalkOptions) {
    this.#source = source;
    this.#options = options;
    this.#sieve = makeSieve(options);
  }

  async *within(level: Level, depth: number): AsyncGenerator<WalkedEntry, void, undefined> {
    for (const { entry, unusable, isMissing } of await this.#list(level, depth)) {
      throwIfAborted(level.path, this.#options.signal);
      const path = this.#source.join(level.path, entry.name);
      const relative = level.relative === "" ? entry.name : `${level.relative}/${entry.name}`;
      const found = { path, relative, depth, entry };
      if (unusable !== undefined) {
        this.#options.onSkipped?.({ path, reason: unusable });
        if (isMissing === true) this.#options.onMissing?.({ path, reason: unusable });
        continue;
      }
      if (this.#sieve.excludes(found)) continue;
      const walked = entry.kind === "symlink" ? await this.#link(found, level) : { found, level: below(level, found) };
      if (walked === undefined) continue;
      if (walked.found.entry.kind === "directory") {
        // A link is sifted as what it leads to, too.
        if (walked.found !== found && this.#sieve.excludes(walked.found)) continue;
        if (this.#sieve.keepsFolders) yield walked.found;
        yield* this.within(walked.level, depth + 1);
      } else if (this.#sieve.includes(walked.found)) yield walked.found;
    }
  }

  async #list(level: Level, depth: number): Promise<readonly SourceEntry[]> {
    const { depth: most = treeDepth, onFailure } = this.#options;
    try {
      if (depth > most + 1) {
        const why = `it goes down more than ${most} folders`;
        throw new FtpTransferError("too-large", `Walking ${level.path}`, why);
      }
      const entries = await this.#source.list(level.path, this.#operation);
      return [...entries].sort((a, b) => (a.entry.name < b.entry.name ? -1 : 1));
    } catch (error) {
      if (onFailure === undefined || this.#options.signal?.aborted === true) throw error;
      onFailure({ path: level.path, error });
      return [];
    }
  }

  /** What a link is in the tree; undefined when it is nothing. */
  async #link(found: WalkedEntry, level: Level): Promise<{ found: WalkedEntry; level: Level } | undefined> {
    const { symlinks = "skip", onSkipped } = this.#options;
    const { path, entry } = found;
    if (symlinks === "keep") return { found, level };
    const reason =
      symlinks === "skip" ? "it is a link" : level.links >= linkLimit ? "too many links lead to it" : undefined;
    if (reason !== undefined) {
      onSkipped?.({ path, reason });
      return undefined;
    }
    try {
      const there = await this.#source.follow(path, this.#operation);
      if (there.kind !== "file" && there.kind !== "directory") {
        onSkipped?.({ path, reason: "it is a link that leads to neither a file nor a directory" });
        return undefined;
      }
      const followed = { ...found, entry: { ...there, name: entry.name } };
      const next = below(level, followed, entry.target);
      if (there.kind === "file" || !isInside(level, next)) return { found: followed, level: next };
      onSkipped?.({ path, reason: "it is a link to a folder that it lies in" });
    } catch (error) {
      throwIfAborted(path, this.#options.signal);
      onSkipped?.({ path, reason: `it is a link that cannot be followed (${textOf(error)})` });
    }
    return undefined;
  }

  get #operation(): { readonly signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined ? {} : { signal };
  }
}

function below(above: Level, { path, relative, entry }: WalkedEntry, target?: string): Level {
  const real = posix.join(above.real, entry.name);
  return {
    path,
    relative,
    real: target === undefined ? real : posix.resolve("/", above.real, target),
    unique: entry.unique,
    links: above.links + (target === undefined ? 0 : 1),
    above,
  };
}

/** Whether a folder is one of those that the walk is in. */
function isInside(level: Level, folder: Level): boolean {
  for (let at: Level | undefined = level; at !== undefined; at = at.above) {
    if (at.unique !== undefined && at.unique === folder.unique) return true;
    if (posix.resolve("/", at.real) === posix.resolve("/", folder.real)) return true;
  }
  return false;
}

function throwIfAborted(path: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new FtpTransferError("aborted", `Walking ${path}`, "it was aborted", { cause: signal.reason });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
