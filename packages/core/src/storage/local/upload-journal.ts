/**
 * The journal of unfinished uploads: in which directories an instance has put some, and which of them it was about to write
 * into their files.
 *
 *     {"pid":…,"started":…,"boot":…,"host":…}                        whose journal it is
 *     {"directory":"/srv/ftp/in","inode":4711}                       hidden parts may lie there
 *     {"finish":".twinport-….part","directory":…,"name":…,"inode":…,"offset":…}   this part goes into that file, from there on
 *
 * When an instance dies, the next one that is used reads the dead one's journal: it finishes what was being written into
 * files, and removes what was left, by that instance's prefix. A directory that is not where it was noted is looked for by
 * its dead owner's prefix below the root; that is the only time that anything is scanned. An instance that may be alive
 * (another worker, another embedder, another host) keeps its own.
 */
import { constants, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { instanceOfPart } from "./hidden-names.ts";
import {
  appendFile,
  mkdir,
  open,
  readdir,
  readdirWithKinds,
  readFile,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} from "./host-files.ts";
import { writeTail } from "./write-tail.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

interface Owner {
  readonly pid: number;
  /** When the process started, in the system's ticks; tells a pid that was given out again. */
  readonly started: string;
  readonly boot: string;
  readonly host: string;
}

/** A part that is about to be written into the file that it continues. */
export interface TailNote {
  /** The part's name. */
  readonly part: string;
  /** The directory of both, on the host. */
  readonly directory: string;
  /** The file's name, and its inode number. */
  readonly name: string;
  readonly inode: number;
  /** Where in the file the part's first byte goes. */
  readonly offset: number;
}

/** Stands in a journal for the boot of an instance that was closed: no system has booted under this name. */
const closedBoot = "closed";

/** What a journal says beside its owner. */
interface Notes {
  readonly directories: readonly { readonly path: string; readonly inode: number | undefined }[];
  readonly tails: readonly TailNote[];
}

/** One instance's journal. */
export class UploadJournal {
  readonly #instance: string;
  readonly #folder: string;
  readonly #root: string;
  /** Directories that are written down, or about to be: nobody puts an upload there before that is done. */
  readonly #noted = new Map<string, Promise<void>>();
  #ready: Promise<void> | undefined;
  #recovered: Promise<void> | undefined;
  #writable = true;
  #closed = false;

  /**
   * @param folder - Where journals lie on the host.
   * @param instance - This instance's name.
   * @param root - The directory on the host below which its uploads lie.
   */
  constructor(folder: string, instance: string, root: string) {
    this.#folder = folder;
    this.#instance = instance;
    this.#root = root;
  }

  /**
   * Notes that an unfinished upload will lie in this directory. Only the first one in a directory is written down. Where no
   * journal can be written, uploads go on without: a left-over is the lesser harm.
   *
   * @param real - The directory's path on the host.
   * @param identity - Its device and inode number.
   */
  async note(real: string, identity: string): Promise<void> {
    this.#ready ??= this.#begin();
    await this.#ready;
    if (!this.#writable) return;
    const key = `${identity} ${real}`;
    let noted = this.#noted.get(key);
    if (noted === undefined) {
      noted = this.#append({ directory: real, inode: Number(identity.slice(identity.indexOf(":") + 1)) });
      this.#noted.set(key, noted);
    }
    await noted;
  }

  /** Notes that a part is about to be written into its file, so that the next instance can finish what a crash interrupts. */
  async noteTail(tail: TailNote): Promise<void> {
    const { part, ...where } = tail;
    if (this.#writable) await this.#append({ finish: part, ...where });
  }

  /** Notes where a directory with hidden parts was moved to. */
  async noteMove(from: string, to: string): Promise<void> {
    for (const key of [...this.#noted.keys()]) {
      const [identity, real] = splitOnce(key);
      if (real === from || real.startsWith(`${from}/`)) await this.note(to + real.slice(from.length), identity);
    }
  }

  /** Finishes and removes what dead instances have left, once. Never rejects: what cannot be removed is the lesser harm. */
  recover(): Promise<void> {
    this.#recovered ??= this.#removeLeftOvers().catch(ignore);
    return this.#recovered;
  }

  /** Tells whether the instance of a hidden part is known to be dead; undefined where nothing is known of it. */
  async isDead(instance: string): Promise<boolean | undefined> {
    const owner = parseOwner(splitLines(await this.#read(instance))[0] ?? "");
    return owner === undefined ? undefined : isDead(owner);
  }

  /**
   * Closes the journal, and removes it.
   *
   * @param keep - Whether something of this instance could not be found: the next instance looks for it then.
   */
  async close(keep: boolean): Promise<void> {
    this.#closed = true;
    await this.#recovered;
    if (this.#ready === undefined) return;
    await this.#ready;
    if (keep && this.#writable) await this.#disown();
    else await rm(this.#file, { force: true }).catch(ignore);
    // The last one takes the directory with it; the journals of others keep it.
    await rmdir(this.#folder).catch(ignore);
  }

  get #file(): string {
    return join(this.#folder, this.#instance);
  }

  #read(instance: string): Promise<string> {
    return readFile(join(this.#folder, instance), "utf8").catch(() => "");
  }

  /** Has the next instance take this one for dead, though its process may go on. */
  async #disown(): Promise<void> {
    const [, ...lines] = splitLines(await this.#read(this.#instance));
    const owner: Owner = { ...thisProcess(), boot: closedBoot };
    await writeFile(this.#file, `${[JSON.stringify(owner), ...lines].join("\n")}\n`).catch(ignore);
  }

  #append(line: object): Promise<void> {
    return appendFile(this.#file, `${JSON.stringify(line)}\n`).catch(() => {
      this.#writable = false;
    });
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
    const lost = new Set<string>();
    for (const instance of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{12}$/.test(instance)) continue;
      const [first = "", ...lines] = splitLines(await this.#read(instance));
      const owner = parseOwner(first);
      if (owner === undefined || !isDead(owner)) continue;
      const notes = parseNotes(lines);
      for (const tail of notes.tails) await finishTail(tail);
      let allFound = true;
      for (const { path, inode } of notes.directories) {
        await removeParts(path, (of) => of === instance);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined || (inode !== undefined && found.ino !== inode)) allFound = false;
      }
      if (allFound) await rm(join(this.#folder, instance), { force: true });
      else lost.add(instance);
    }
    if (lost.size === 0) return;
    await this.#sweep(this.#root, lost);
    // A sweep that was ended early is made again by the next instance.
    if (!this.#closed) for (const instance of lost) await rm(join(this.#folder, instance), { force: true });
  }

  /** Looks for the parts of some instances in all directories below one, links not followed. */
  async #sweep(directory: string, instances: ReadonlySet<string>): Promise<void> {
    const waiting = [directory];
    for (let next = waiting.pop(); next !== undefined && !this.#closed; next = waiting.pop()) {
      const entries = await readdirWithKinds(next).catch(() => []);
      for (const { name, isDirectory } of entries) if (isDirectory) waiting.push(join(next, name));
      await removeParts(
        next,
        (of) => instances.has(of),
        entries.map(({ name }) => name),
      );
    }
  }
}

/** Removes the hidden parts of some instances from a directory. */
async function removeParts(
  directory: string,
  isTheirs: (instance: string) => boolean,
  names?: readonly string[],
): Promise<void> {
  for (const name of names ?? (await readdir(directory).catch(() => []))) {
    const instance = instanceOfPart(name);
    if (instance !== undefined && isTheirs(instance)) await unlink(join(directory, name)).catch(ignore);
  }
}

/**
 * Finishes writing a part into its file. It was whole, and its upload as good as committed, when this was noted; writing it
 * twice does no harm. Where the part is gone, the writing was finished.
 */
async function finishTail({ part, directory, name, inode, offset }: TailNote): Promise<void> {
  const from = await open(join(directory, part), "r").catch(() => undefined);
  if (from === undefined) return;
  try {
    const into = await open(join(directory, name), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { ino, size, nlink } = await into.stat();
      if (ino === inode && nlink === 1 && offset <= size) await writeTail(from.fd, into.fd, offset);
    } finally {
      await into.close();
    }
  } catch {
    // The file is gone, or the disk refuses: what can be read of it is what it was left as.
  } finally {
    await from.close();
  }
}

function parseNotes(lines: readonly string[]): Notes {
  const directories: { path: string; inode: number | undefined }[] = [];
  const tails: TailNote[] = [];
  for (const line of lines) {
    const value = parseLine(line);
    // Journals of versions before this one have bare paths.
    if (typeof value === "string") directories.push({ path: value, inode: undefined });
    if (typeof value !== "object" || value === null || !("directory" in value)) continue;
    const { directory, inode } = value as Readonly<Record<string, unknown>>;
    if (typeof directory !== "string" || typeof inode !== "number") continue;
    const tail = asTail(value, directory, inode);
    if (tail === undefined) directories.push({ path: directory, inode });
    else tails.push(tail);
  }
  return { directories, tails };
}

function asTail(value: object, directory: string, inode: number): TailNote | undefined {
  if (!("finish" in value) || !("name" in value) || !("offset" in value)) return undefined;
  const { finish: part, name, offset } = value;
  if (typeof part !== "string" || typeof name !== "string" || typeof offset !== "number") return undefined;
  // Names of this very form only: a journal is a file, and whoever may write it must not name others.
  if (instanceOfPart(part) === undefined || name.includes("/") || name === "" || name === "." || name === "..")
    return undefined;
  return { part, directory, name, inode, offset };
}

function splitLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf(" ");
  return [text.slice(0, at), text.slice(at + 1)];
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function parseOwner(line: string): Owner | undefined {
  const value = parseLine(line);
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value) || !("started" in value) || !("boot" in value) || !("host" in value)) return undefined;
  const { pid, started, boot, host } = value;
  if (typeof pid !== "number" || typeof started !== "string") return undefined;
  if (typeof boot !== "string" || typeof host !== "string") return undefined;
  return { pid, started, boot, host };
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
