/** What `cp` is to do: where each file goes, and with `--recursive` what is in folders, and which folders they need. */
import { FtpError, type FtpPool } from "@twinport/core/ftp-client";
import { printable, UsageError } from "../exit-codes.ts";
import { joinRemote } from "./remote-path.ts";
import type { Note } from "./server-pools.ts";
import { lookAtStart, type StartPoint } from "./start-points.ts";
import { walkRemote } from "./walk-remote.ts";

/** A file that is to be copied. */
export interface Copy {
  readonly pool: FtpPool;
  readonly path: string;
  /** Its path on the other server. */
  readonly to: string;
  /** Why it, or the folder of this path, cannot be. */
  readonly failure?: Error;
}

/** How it is planned. */
export interface CopyPlanOptions {
  readonly recursive: boolean;
  /** Folders that are listed ahead. */
  readonly ahead: number;
  readonly note: Note;
  readonly signal: AbortSignal;
}

/** What is there to be copied. */
class CopyPlan {
  readonly copies: Copy[] = [];
  /** Folders of the other server, each before what goes into it. */
  readonly folders: string[] = [];
  readonly #receiving: FtpPool;
  readonly #options: CopyPlanOptions;
  /** What goes where, by the path there. */
  readonly #taken = new Map<string, string>();

  constructor(receiving: FtpPool, options: CopyPlanOptions) {
    this.#receiving = receiving;
    this.#options = options;
  }

  file(pool: FtpPool, path: string, to: string): void {
    const before = this.#taken.get(to);
    if (before !== undefined)
      throw new UsageError(`${printable(before)} and ${printable(path)} would both become ${printable(to)}`);
    if (pool === this.#receiving && path === to) throw new UsageError(`${printable(path)} would be copied onto itself`);
    this.#taken.set(to, path);
    this.copies.push({ pool, path, to });
  }

  async folder(pool: FtpPool, path: string, to: string): Promise<void> {
    const { ahead, note, signal } = this.#options;
    const inside = joinRemote(path, "");
    const isWithin = inside === "" ? !to.startsWith("/") : joinRemote(to, "").startsWith(inside);
    if (pool === this.#receiving && isWithin)
      throw new UsageError(`${printable(to || ".")} lies in ${printable(path || ".")}, which is to be copied there`);
    if (to !== "") this.folders.push(to);
    for await (const { path: found, entry, failure } of walkRemote(pool, path, { signal, ahead })) {
      const target = joinRemote(to, found.slice(inside.length));
      if (failure !== undefined) this.copies.push({ pool, path: found, to: target, failure: toError(failure) });
      else if (entry.kind === "directory") this.folders.push(target);
      else if (entry.kind === "file") this.file(pool, found, target);
      else if (entry.kind === "unknown") {
        const what = new FtpError(`Copying ${found}`, "the server does not tell what it is");
        this.copies.push({ pool, path: found, to: target, failure: what });
      } else {
        const reason = entry.kind === "symlink" ? "it is a link" : "it is neither a file nor a directory";
        note(`twinport: ${printable(found)} is left out: ${reason}`, { event: "skipped", path: found, reason });
      }
    }
  }

  /** Makes the folders. What is to go into one that cannot be made is not tried. */
  async makeFolders(): Promise<Copy[]> {
    const { signal } = this.#options;
    const failed: Copy[] = [];
    const isLost = (to: string): boolean => failed.some(({ to: folder }) => to.startsWith(`${folder}/`));
    for (const to of this.folders) {
      if (isLost(to)) continue;
      try {
        await this.#receiving.ensureDirectory(to, { signal });
      } catch (failure) {
        signal.throwIfAborted();
        failed.push({ pool: this.#receiving, path: to, to, failure: toError(failure) });
      }
    }
    return [...failed, ...this.copies.filter(({ to }) => !isLost(to))];
  }
}

/**
 * Looks at what is to be copied, and makes the folders that it needs: once all is looked at, so that a copy never finds
 * itself.
 *
 * @param target - The path of the copy; with `/` at its end, or empty, of the folder for what is copied.
 * @throws UsageError for places that contradict each other.
 */
export async function planCopies(
  points: readonly StartPoint[],
  receiving: FtpPool,
  target: string,
  options: CopyPlanOptions,
): Promise<Copy[]> {
  const intoFolder = target === "" || target.endsWith("/");
  if (points.length > 1 && !intoFolder) throw new UsageError("Several files go to a folder: end its URL with /");
  const plan = new CopyPlan(receiving, options);
  for (const { pool, path } of points) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const isFolder = options.recursive && (await lookAtStart(pool, path, options.signal)).kind === "directory";
    if (name === "" && !isFolder) throw new UsageError("This is a folder; -r copies folders");
    const to = intoFolder ? `${target}${name}` : target;
    if (isFolder) await plan.folder(pool, path, to.length > 1 ? to.replace(/\/+$/, "") : to);
    else plan.file(pool, path, to);
  }
  return plan.makeFolders();
}

function toError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}
