/** Removes a folder of the server and all that is in it. Links are removed, not followed. */
import { setMaxListeners } from "node:events";
import type { ListedEntry } from "../../protocol/index.ts";
import { FtpReplyError, FtpTransferError } from "../errors.ts";
import { LinkedSignal } from "../linked-signal.ts";
import { listingFault } from "../listing-names.ts";
import type { OperationOptions } from "../transfer-options.ts";
import { Tally } from "./tally.ts";
import { demandConcurrency, treeDepth, type RemoveTreeOptions, type TreeResult } from "./tree-options.ts";
import type { TreeServer } from "./tree-server.ts";
import { joinRemote } from "./tree-source.ts";
import { runEach } from "./work-queue.ts";

/** @throws FtpError: the first failure, unless `onError` is `continue`; RangeError. */
export async function removeTree(server: TreeServer, path: string, options: RemoveTreeOptions): Promise<TreeResult> {
  demandConcurrency(options);
  const tally = new Tally(options, options.signal);
  const link = new LinkedSignal([options.signal]);
  // Each removal under way listens, more than once.
  setMaxListeners(0, link.signal);
  const removal = new TreeRemoval(server, { ...options, signal: link.signal }, tally);
  try {
    await tally.attempt(path, () => removal.folder(path, 0));
  } finally {
    link.release();
  }
  return tally.result();
}

class TreeRemoval {
  readonly #server: TreeServer;
  readonly #concurrency: number;
  readonly #operation: OperationOptions;
  readonly #tally: Tally;

  constructor(server: TreeServer, { concurrency = server.sessions, signal }: RemoveTreeOptions, tally: Tally) {
    this.#server = server;
    this.#concurrency = concurrency;
    this.#operation = signal === undefined ? {} : { signal };
    this.#tally = tally;
  }

  async folder(path: string, depth: number): Promise<void> {
    if (depth > treeDepth)
      throw new FtpTransferError("too-large", `Walking ${path}`, `it goes down more than ${treeDepth} folders`);
    const entries = await this.#server.list(path, { ...this.#operation, all: true });
    checkEntries(path, entries);
    const files = entries.filter(({ kind }) => kind !== "directory");
    await runEach(iterate(files), this.#concurrency, async ({ name }) => {
      const inside = joinRemote(path, name);
      await this.#tally.attempt(inside, () => this.#remove(inside));
    });
    for (const { name, kind } of entries) {
      const inside = joinRemote(path, name);
      if (kind === "directory") await this.#tally.attempt(inside, () => this.folder(inside, depth + 1));
    }
    await this.#removeFolder(path);
  }

  async #remove(path: string): Promise<void> {
    try {
      await this.#server.remove(path, this.#operation);
    } catch (error) {
      if (!(await this.#isGone(path, error))) throw error;
    }
    this.#tally.files++;
  }

  async #removeFolder(path: string): Promise<void> {
    try {
      await this.#server.removeDirectory(path, this.#operation);
    } catch (error) {
      if (!(await this.#isGone(path, error))) throw error;
    }
    this.#tally.directories++;
  }

  /** Somebody else removed it, or an attempt whose answer was lost. */
  async #isGone(path: string, error: unknown): Promise<boolean> {
    if (!(error instanceof FtpReplyError) || error.code !== 550) return false;
    return !(await this.#server.exists(path, this.#operation));
  }
}

/**
 * Before anything of a directory is gone: what is not known to be a file must not be removed as one, and a directory that
 * was not listed whole is left as it is.
 */
function checkEntries(path: string, entries: readonly ListedEntry[]): void {
  const fault = listingFault(entries);
  const unknown = entries.find(({ kind }) => kind === "unknown");
  if (fault === undefined && unknown === undefined) return;
  const what = `what ${JSON.stringify(unknown?.name.slice(0, 200))} is the listing does not tell`;
  throw new FtpTransferError("unsafe-name", `Removing ${path}`, fault ?? what);
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
