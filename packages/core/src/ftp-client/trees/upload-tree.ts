/** Uploads a folder of this machine and all below it. */
import { setMaxListeners } from "node:events";
import { posix } from "node:path";
import { formatQuotedPath } from "../../protocol/index.ts";
import { FtpReplyError } from "../errors.ts";
import { targetInside } from "./download-tree.ts";
import { ensureDirectory } from "./ensure-directory.ts";
import { Tally } from "./tally.ts";
import { demandConcurrency, type TreeOptions, type TreeResult, type WalkedEntry } from "./tree-options.ts";
import type { TreeServer } from "./tree-server.ts";
import { joinRemote, localSource } from "./tree-source.ts";
import { walkSource } from "./walk.ts";
import { runEach } from "./work-queue.ts";

/** A file of this machine, and where it goes. */
interface Job {
  readonly local: string;
  readonly remote: string;
}

/** @throws FtpError, LocalFileError: the first failure, unless `onError` is `continue`; RangeError. */
export async function uploadTree(
  server: TreeServer,
  from: string,
  path: string,
  options: TreeOptions,
): Promise<TreeResult> {
  demandConcurrency(options);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  // Each file under way listens, more than once.
  setMaxListeners(0, signal);
  const upload = new TreeUpload(server, from, path, { ...options, signal }, new Tally(options, options.signal));
  try {
    await upload.run(stop);
  } catch (error) {
    // What failed first, not what ended the others.
    stop.abort(error);
    throw stop.signal.reason;
  }
  return upload.tally.result();
}

class TreeUpload {
  readonly tally: Tally;
  readonly #server: TreeServer;
  readonly #from: string;
  readonly #path: string;
  readonly #options: TreeOptions;
  /** Folders below the top that were made or found; false where that failed. */
  readonly #folders = new Map<string, Promise<boolean>>();
  readonly #links: WalkedEntry[] = [];

  constructor(server: TreeServer, from: string, path: string, options: TreeOptions, tally: Tally) {
    this.#server = server;
    this.#from = from;
    this.#path = path;
    this.#options = options;
    this.tally = tally;
  }

  async run(stop: AbortController): Promise<void> {
    await ensureDirectory(this.#server, this.#path, this.#operation);
    this.tally.directories++;
    const { concurrency = this.#server.sessions } = this.#options;
    await runEach(this.#jobs(), concurrency, async ({ local, remote }) => {
      try {
        await this.tally.attempt(local, () => this.#file(local, remote));
      } catch (error) {
        // The others need not come to their ends.
        stop.abort(error);
        throw error;
      }
    });
    for (const link of this.#links) await this.tally.attempt(link.path, () => this.#link(link));
  }

  async *#jobs(): AsyncGenerator<Job, void, undefined> {
    const walked = walkSource(localSource, this.#from, {
      ...this.#options,
      exclude: [...(this.#options.exclude ?? []), (found) => this.#cannotTravel(found)],
      onSkipped: ({ path, reason }) => this.tally.skip(path, reason),
      ...(this.#options.onError === "continue"
        ? { onFailure: ({ path, error }) => this.tally.failed(path, error) }
        : {}),
    });
    for await (const found of walked) {
      const { path, relative, entry } = found;
      if (!(await this.#folder(entry.kind === "directory" ? relative : posix.dirname(relative)))) continue;
      if (entry.kind === "symlink") this.#links.push(found);
      else if (entry.kind === "file") yield { local: path, remote: joinRemote(this.#path, relative) };
    }
  }

  #cannotTravel({ path, entry }: WalkedEntry): boolean {
    const cannot = /[\r\n]/.test(entry.name);
    if (cannot) this.tally.miss(path, "its name cannot travel in a command");
    return cannot;
  }

  /** Makes a folder and those above it, each once. @returns Whether it is there. */
  #folder(relative: string): Promise<boolean> {
    if (relative === ".") return Promise.resolve(true);
    const known = this.#folders.get(relative);
    if (known !== undefined) return known;
    const remote = joinRemote(this.#path, relative);
    const made = this.#folder(posix.dirname(relative)).then(async (above) => {
      if (!above) return false;
      return this.tally.attempt(remote, async () => {
        await ensureDirectory(this.#server, remote, this.#operation);
        this.tally.directories++;
      });
    });
    this.#folders.set(relative, made);
    return made;
  }

  async #file(local: string, remote: string): Promise<void> {
    const { bytes } = await this.#server.upload(local, remote, this.#options);
    this.tally.files++;
    this.tally.bytes += bytes;
    this.#options.onFile?.({ path: remote, bytes });
  }

  /** Makes a link whose target lies in the tree too, by SITE SYMLINK. */
  async #link({ path, relative, entry }: WalkedEntry): Promise<void> {
    const target = targetInside(relative, entry.target, "");
    if (target === undefined) {
      this.tally.skip(path, "it is a link that leads out of the tree");
      return;
    }
    const inside = posix.join(posix.dirname(relative), target);
    const names = [joinRemote(this.#path, inside), joinRemote(this.#path, relative)].map(formatQuotedPath);
    const reply = await this.#server.raw(`SITE SYMLINK ${names.join(" ")}`, this.#operation);
    if (reply.code < 300) this.tally.links++;
    else if (reply.code >= 500 && reply.code < 505) this.tally.skip(path, "it is a link, and the server makes none");
    else throw new FtpReplyError(`Linking ${relative}`, reply, "SITE");
  }

  get #operation(): { readonly signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined ? {} : { signal };
  }
}
