/**
 * Downloads a folder and all below it.
 *
 * Names that a server tells never lead out of the local folder: what could is left out. Links of this machine below it are
 * not followed: neither into a folder, nor to a file that would then be written. What links the server has are made last,
 * so that nothing is written through them.
 */
import { setMaxListeners } from "node:events";
import { lstat, mkdir, symlink } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { LocalFileError } from "../errors.ts";
import { unsafeLocalName } from "./local-names.ts";
import { Tally } from "./tally.ts";
import { demandConcurrency, type TreeOptions, type TreeResult, type WalkedEntry } from "./tree-options.ts";
import type { TreeServer } from "./tree-server.ts";
import { serverSource } from "./tree-source.ts";
import { walkSource } from "./walk.ts";
import { runEach } from "./work-queue.ts";

/** A file of the server, and where it goes. */
interface Job {
  readonly path: string;
  readonly local: string;
}

/** @throws FtpError, LocalFileError: the first failure, unless `onError` is `continue`; RangeError. */
export async function downloadTree(
  server: TreeServer,
  path: string,
  to: string,
  options: TreeOptions,
): Promise<TreeResult> {
  demandConcurrency(options);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  // Each file under way listens, more than once.
  setMaxListeners(0, signal);
  const download = new TreeDownload(server, path, to, { ...options, signal }, new Tally(options, options.signal));
  try {
    await download.run(stop);
  } catch (error) {
    // What failed first, not what ended the others.
    stop.abort(error);
    throw stop.signal.reason;
  }
  return download.tally.result();
}

class TreeDownload {
  readonly tally: Tally;
  readonly #server: TreeServer;
  readonly #path: string;
  readonly #to: string;
  readonly #options: TreeOptions;
  /** Folders below the top that were made or found; false where there is something else. */
  readonly #folders = new Map<string, Promise<boolean>>();
  readonly #links: WalkedEntry[] = [];

  constructor(server: TreeServer, path: string, to: string, options: TreeOptions, tally: Tally) {
    this.#server = server;
    this.#path = path;
    this.#to = to;
    this.#options = options;
    this.tally = tally;
  }

  async run(stop: AbortController): Promise<void> {
    await makeTop(this.#to);
    this.tally.directories++;
    const { concurrency = this.#server.sessions } = this.#options;
    await runEach(this.#jobs(), concurrency, async ({ path, local }) => {
      try {
        await this.tally.attempt(path, () => this.#file(path, local));
      } catch (error) {
        // The others need not come to their ends.
        stop.abort(error);
        throw error;
      }
    });
    for (const link of this.#links) await this.tally.attempt(link.path, () => this.#link(link));
  }

  async *#jobs(): AsyncGenerator<Job, void, undefined> {
    const walked = walkSource(serverSource(this.#server), this.#path, {
      ...this.#options,
      // What cannot be a name here is not entered either.
      exclude: [...(this.#options.exclude ?? []), (found) => this.#isUnsafe(found)],
      onSkipped: ({ path, reason }) => this.tally.skip(path, reason),
      onMissing: (missing) => this.tally.missing.push(missing),
      ...(this.#options.onError === "continue"
        ? { onFailure: ({ path, error }) => this.tally.failed(path, error) }
        : {}),
    });
    for await (const found of walked) {
      const { path, relative, entry } = found;
      const folder = entry.kind === "directory" ? relative : posix.dirname(relative);
      // What is in a folder that is none here was told of with it.
      if (!(await this.#folder(folder))) continue;
      if (entry.kind === "symlink") this.#links.push(found);
      else if (entry.kind === "file") yield { path, local: this.#local(relative) };
    }
  }

  #isUnsafe({ path, entry }: WalkedEntry): boolean {
    const reason = unsafeLocalName(entry.name);
    if (reason !== undefined) this.tally.miss(path, reason);
    return reason !== undefined;
  }

  #local(relative: string): string {
    return join(this.#to, ...relative.split("/"));
  }

  /** Makes a folder and those above it, each once. @returns Whether it is there. */
  #folder(relative: string): Promise<boolean> {
    if (relative === ".") return Promise.resolve(true);
    const known = this.#folders.get(relative);
    if (known !== undefined) return known;
    const made = this.#folder(posix.dirname(relative)).then(async (above) => {
      if (!above) return false;
      return this.tally.attempt(relative, async () => {
        await makeFolder(this.#local(relative));
        this.tally.directories++;
      });
    });
    this.#folders.set(relative, made);
    return made;
  }

  async #file(path: string, local: string): Promise<void> {
    const there = await lstat(local).catch(() => undefined);
    if (there !== undefined && !there.isFile()) {
      this.tally.miss(path, there.isSymbolicLink() ? "a link has its name here" : "what has its name here is no file");
      return;
    }
    const { bytes } = await this.#server.download(path, local, this.#options);
    this.tally.files++;
    this.tally.bytes += bytes;
    this.#options.onFile?.({ path, bytes });
  }

  /** Makes a link whose target lies in the tree too. */
  async #link({ path, relative, entry }: WalkedEntry): Promise<void> {
    const target = targetInside(relative, entry.target, this.#path);
    if (target === undefined) {
      this.tally.skip(path, "it is a link that leads out of the tree, or to what is not told");
      return;
    }
    const local = this.#local(relative);
    if ((await lstat(local).catch(() => undefined)) !== undefined) {
      this.tally.skip(path, "its name is in use here");
      return;
    }
    try {
      await symlink(target, local);
    } catch (cause) {
      throw new LocalFileError(`Linking ${local}`, cause instanceof Error ? cause.message : String(cause), { cause });
    }
    this.tally.links++;
  }
}

/**
 * A link's target as a path from the link's own folder; undefined when it leads out of the tree.
 *
 * @param top - The tree's folder on the server: absolute targets below it are taken for what they mean.
 */
export function targetInside(relative: string, target: string | undefined, top: string): string | undefined {
  if (target === undefined || target === "" || /[\0\r\n\\]/.test(target)) return undefined;
  const folder = posix.dirname(relative);
  const absolute = target.startsWith("/");
  if (absolute && !top.startsWith("/")) return undefined;
  const from = absolute ? posix.relative(top, target) : posix.join(folder, target);
  const inside = posix.normalize(from);
  if (inside === ".." || inside.startsWith("../") || inside.startsWith("/")) return undefined;
  return posix.relative(folder, inside) || ".";
}

async function makeTop(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new LocalFileError(`Making ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Makes a folder, or takes one that is there; a link in its place is refused. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isDirectory() === true) return;
    const why = stats?.isSymbolicLink() === true ? `there is a link at ${dirname(path)}` : undefined;
    throw new LocalFileError(`Making ${path}`, why ?? (cause instanceof Error ? cause.message : String(cause)), {
      cause,
    });
  }
}
