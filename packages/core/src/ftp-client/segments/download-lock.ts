/**
 * One download in segments to a name at a time: a small file beside it tells which process is at it.
 *
 * It comes with all that is in it at once, as a link to a file that was written before. One that a process left when it was
 * killed is taken over. A process is known by its number and, where the system tells (Linux), by when it was started:
 * numbers come again, in containers at every start.
 */
import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { LocalFileError } from "../errors.ts";

const lockKind = "twinport segmented download";
/** Times that a lock is asked for which others take over or leave at the same time. */
const attempts = 10;

/** Where the lock of a download to `path` lies. */
export function lockPath(path: string): string {
  return `${path}.segments.lock`;
}

/** Who holds a lock. */
interface Holder {
  readonly kind: typeof lockKind;
  readonly pid: number;
  readonly host: string;
  /** Something that no other process of this number has; null where the system does not tell. */
  readonly started: string | null;
}

/** A lock that is held. */
export class DownloadLock {
  readonly #file: string;
  readonly #text: string;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** Takes the lock of a download to `path`. @throws LocalFileError where another one is under way, or of the system. */
  static async take(path: string): Promise<DownloadLock> {
    const file = lockPath(path);
    const tried = `Writing ${path}`;
    try {
      const own: Holder = { kind: lockKind, pid: process.pid, host: hostname(), started: await startOf(process.pid) };
      // Two downloads of one process differ too.
      const text = `${JSON.stringify({ ...own, lock: randomBytes(8).toString("hex") })}\n`;
      for (let attempt = 0; attempt < attempts; attempt++) {
        if (await putInPlace(file, text)) return new DownloadLock(file, text);
        const found = await textOf(file);
        if (found === undefined) continue;
        const reason = await whyHeld(found, file);
        if (reason !== undefined) throw new LocalFileError(tried, reason);
        await takeAway(file, found);
      }
      throw new LocalFileError(tried, `others ask for ${file} at the same time; try again`);
    } catch (cause) {
      if (cause instanceof LocalFileError) throw cause;
      throw new LocalFileError(tried, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  /** Gives it back. Never rejects: what stays is the lock of a process that is gone soon. */
  async release(): Promise<void> {
    await takeAway(this.#file, this.#text).catch(() => undefined);
  }
}

/** Makes the lock. @returns false when there is one. */
async function putInPlace(file: string, text: string): Promise<boolean> {
  const written = besides(file);
  try {
    await writeFile(written, text, { flag: "wx" });
    await link(written, file);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return false;
    // File systems without links: what is told of there comes a moment after the file.
    if (code === "EPERM" || code === "ENOSYS" || code === "ENOTSUP" || code === "EOPNOTSUPP") {
      return await writtenAnew(file, text);
    }
    throw error;
  } finally {
    await rm(written, { force: true });
  }
}

async function writtenAnew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock that has this text; one that came meanwhile stays. */
async function takeAway(file: string, text: string): Promise<void> {
  const aside = besides(file);
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await textOf(aside)) !== text) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function besides(file: string): string {
  return `${file}.${randomBytes(6).toString("hex")}`;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Why a lock must be respected, and what to do about it; undefined when whoever made it is gone. */
async function whyHeld(text: string, file: string): Promise<string | undefined> {
  const holder = parseHolder(text);
  const otherwise = `if there is none, remove ${file}`;
  if (holder === undefined) return `${file} says that another download to it is under way; ${otherwise}`;
  const { pid, host, started } = holder;
  const who = `another download in segments to it is under way, by process ${pid}`;
  if (host !== hostname()) return `${who} of ${JSON.stringify(host)}; wait for it, or ${otherwise}`;
  if (!isAlive(pid)) return undefined;
  const now = await startOf(pid);
  if (started !== null && now !== null && now !== started) return undefined;
  return `${who}; wait for it, end it, or download to another name`;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { kind, pid, host, started } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const isSound = kind === lockKind && typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0;
    if (!isSound || typeof host !== "string") return undefined;
    return { kind, pid, host, started: typeof started === "string" ? started : null };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one too.
    return codeOf(error) === "EPERM";
  }
}

/** When a process was started, counted from which start of the system; null where that is not told. */
async function startOf(pid: number): Promise<string | null> {
  if (process.platform !== "linux") return null;
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name stands in brackets, and may hold anything; the start is the 22nd field, the 20th behind it (proc(5)).
    const start = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
    return start === undefined ? null : `${boot.trim()} ${start}`;
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
