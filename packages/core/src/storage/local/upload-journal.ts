/**
 * The journal of unfinished uploads: which folders an instance has put some in.
 *
 * When an instance dies, the next one that is used reads the dead one's journal and removes what it left, in those folders, by that instance's prefix. Nothing is ever looked for by scanning, and an instance that may be alive
 * (another worker, another embedder, another host) keeps its own.
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { appendFile, mkdir, readdir, readFile, rm, rmdir, unlink, writeFile } from "./host-files.ts";
import { instancePrefix } from "./hidden-names.ts";

interface Owner {
  readonly pid: number;
  /** When the process started, in the system's ticks; tells a pid that was given out again. */
  readonly started: string;
  readonly boot: string;
  readonly host: string;
}

/** One instance's journal. */
export class UploadJournal {
  readonly #instance: string;
  readonly #folder: string;
  /** Folders that are written down, or about to be: nobody puts an upload there before that is done. */
  readonly #noted = new Map<string, Promise<void>>();
  #ready: Promise<void> | undefined;
  #recovered: Promise<void> | undefined;
  #writable = true;

  /**
   * @param folder - Where journals lie on the host.
   * @param instance - This instance's name.
   */
  constructor(folder: string, instance: string) {
    this.#folder = folder;
    this.#instance = instance;
  }

  /**
   * Notes that an unfinished upload will lie in this folder. Only the first one in a folder is written down. Where no
   * journal can be written, uploads go on without: a left-over is the lesser harm.
   *
   * @param real - The folder's path on the host.
   */
  async note(real: string): Promise<void> {
    this.#ready ??= this.#begin();
    await this.#ready;
    if (!this.#writable) return;
    let noted = this.#noted.get(real);
    if (noted === undefined) {
      noted = appendFile(this.#file, `${JSON.stringify(real)}\n`).catch(() => {
        this.#writable = false;
      });
      this.#noted.set(real, noted);
    }
    await noted;
  }

  /** Removes what dead instances have left, once. Never rejects: what cannot be removed is the lesser harm. */
  recover(): Promise<void> {
    this.#recovered ??= this.#removeLeftOvers().catch(ignore);
    return this.#recovered;
  }

  /** Removes the journal: nothing is left over. */
  async close(): Promise<void> {
    await this.#recovered;
    if (this.#ready === undefined) return;
    await this.#ready;
    await rm(this.#file, { force: true }).catch(ignore);
    // The last one takes the folder with it; the journals of others keep it.
    await rmdir(this.#folder).catch(ignore);
  }

  get #file(): string {
    return join(this.#folder, this.#instance);
  }

  async #begin(): Promise<void> {
    await this.recover();
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(this.#file, `${JSON.stringify(thisProcess())}\n`, { mode: 0o600, flag: "wx" });
    } catch {
      this.#writable = false;
    }
  }

  async #removeLeftOvers(): Promise<void> {
    for (const instance of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{12}$/.test(instance)) continue;
      const file = join(this.#folder, instance);
      const [first = "", ...folders] = (await readFile(file, "utf8").catch(() => "")).split("\n");
      const owner = parseOwner(first);
      if (owner === undefined || !isDead(owner)) continue;
      for (const line of folders) if (line !== "") await removeParts(parseFolder(line), instance);
      await rm(file, { force: true });
    }
  }
}

async function removeParts(folder: string | undefined, instance: string): Promise<void> {
  if (folder === undefined) return;
  const names = await readdir(folder).catch(() => []);
  const prefix = instancePrefix(instance);
  for (const name of names) {
    if (name.startsWith(prefix) && name.endsWith(".part")) await unlink(join(folder, name)).catch(ignore);
  }
}

function parseFolder(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function parseOwner(line: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("pid" in value) || !("started" in value) || !("boot" in value) || !("host" in value)) return undefined;
    const { pid, started, boot, host } = value;
    if (
      typeof pid !== "number" ||
      typeof started !== "string" ||
      typeof boot !== "string" ||
      typeof host !== "string"
    ) {
      return undefined;
    }
    return { pid, started, boot, host };
  } catch {
    return undefined;
  }
}

/** Known dead: on this host, and its process is gone or another. Of other hosts nothing is known. */
function isDead(owner: Owner): boolean {
  if (owner.host !== hostname()) return false;
  if (owner.boot !== readText("/proc/sys/kernel/random/boot_id")) return true;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM is a process of another user: alive.
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
  return owner.started !== "" && startOf(owner.pid) !== owner.started;
}

function thisProcess(): Owner {
  const { pid } = process;
  return { pid, started: startOf(pid), boot: readText("/proc/sys/kernel/random/boot_id"), host: hostname() };
}

/** Field 22 of /proc/<pid>/stat; what comes before it may hold blanks, but ends with a parenthesis. */
function startOf(pid: number): string {
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function ignore(): void {
  // It was somebody else's to remove, or is gone.
}
