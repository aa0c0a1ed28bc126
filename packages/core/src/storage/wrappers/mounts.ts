/**
 * Storages joined under folders: one below everything, and others mounted over folders of it.
 *
 * A mount hides what the storage below has under its name. The folders above a mount are there even if no storage has
 * them. Mounts can be neither renamed nor removed; renaming and linking from one storage to another is refused with kind
 * `not-supported`.
 */
import { message, type MessageId } from "../../protocol/index.ts";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import type { AbilitiesOptions, Entry, ListOptions, Storage, StorageAbility } from "../storage.ts";
import { baseName, isWithin, parentPath, resolveVirtualPath, rootPath, type VirtualPath } from "../virtual-path.ts";
import { toldAs, toldFile } from "./told.ts";

/**
 * @param below - What is everywhere else; closing the wrapper leaves all of them open.
 * @param mounts - From a folder to the storage that is mounted there.
 * @throws RangeError for a mount at the root, which would leave nothing of the storage below.
 */
export function mountedStorage(below: Storage, mounts: Readonly<Record<string, Storage>>): Storage {
  return new Mounts(below, mounts).asStorage();
}

/** A path as the storage that has it knows it. */
interface Place {
  readonly storage: Storage;
  readonly path: VirtualPath;
}

class Mounts {
  readonly #below: Storage;
  /** The longest first, so that a mount inside a mount is found before the outer one. */
  readonly #mounts: readonly (readonly [VirtualPath, Storage])[];
  readonly #since = Date.now();

  constructor(below: Storage, mounts: Readonly<Record<string, Storage>>) {
    this.#below = below;
    this.#mounts = Object.entries(mounts)
      .map(([folder, storage]) => [resolveVirtualPath(rootPath, folder), storage] as const)
      .sort(([a], [b]) => b.length - a.length);
    if (this.#mounts.some(([folder]) => folder === "/")) throw new RangeError("A mount needs a folder other than /");
  }

  asStorage(): Storage {
    const sortsNames = this.#sortsNames();
    const asks = this.#storages.some((storage) => storage.abilities !== undefined);
    return {
      ...(sortsNames === undefined ? {} : { sortsNames }),
      ...(asks && { abilities: (options) => this.#abilitiesAt(options) }),
      stat: (path, options) => this.#stat(path, (at) => at.storage.stat(at.path, options)),
      list: (path, options) => this.#list(path, options),
      openRead: (path, options) => this.#at(path, (at) => at.storage.openRead(at.path, options)),
      openWrite: async (path, options) => {
        if (this.#isFixed(path)) throw failure("is-a-directory", path, "{path}: is a directory");
        return this.#at(path, async (at) => toldFile(await at.storage.openWrite(at.path, options), at.path, path));
      },
      remove: (path, options) => this.#at(path, (at) => at.storage.remove(at.path, options)),
      rename: (from, to, options) =>
        this.#changing(from, () =>
          this.#changing(to, () => this.#both(from, to, (a, b) => a.storage.rename(a.path, b.path, options))),
        ),
      makeDirectory: async (path, options) => {
        if (this.#isFixed(path)) throw failure("already-exists", path, "{path}: exists already");
        await this.#at(path, (at) => at.storage.makeDirectory(at.path, options));
      },
      removeDirectory: (path, options) =>
        this.#changing(path, () => this.#at(path, (at) => at.storage.removeDirectory(at.path, options))),
      ...this.#abilities(),
    };
  }

  get #storages(): readonly Storage[] {
    return [this.#below, ...this.#mounts.map(([, storage]) => storage)];
  }

  /** Entries up to which every one of the storages sorts: mounts are put in their places among them. */
  #sortsNames(): number | undefined {
    const most = this.#storages.map(({ sortsNames }) => sortsNames);
    return most.reduce((least, next) =>
      least === undefined || next === undefined ? undefined : Math.min(least, next),
    );
  }

  /** What every storage at a path and below it can do: what one of them lacks is not certain there. */
  async #abilitiesAt({ path = rootPath, ...options }: AbilitiesOptions = {}): Promise<ReadonlySet<StorageAbility>> {
    const place = this.#place(path);
    const below = this.#mounts.filter(([folder]) => folder !== path && isWithin(path, folder));
    const places = [place, ...below.map(([, storage]) => ({ storage, path: rootPath }))];
    const told = await Promise.all(
      places.map(async (each) => {
        const asked = each.storage.abilities?.({ ...options, path: each.path });
        return (await asked) ?? new Set(abilityNames.filter((ability) => each.storage[ability] !== undefined));
      }),
    );
    return new Set(abilityNames.filter((ability) => told.every((abilities) => abilities.has(ability))));
  }

  /** An ability is there where any of the storages has it; the others refuse it when asked. */
  #abilities(): Partial<Storage> {
    const has = (ability: StorageAbility): boolean => this.#storages.some((storage) => storage[ability] !== undefined);
    const lacking = (path: VirtualPath): Promise<never> =>
      Promise.reject(failure("not-supported", path, "{path}: its storage cannot do that"));
    const at = <T>(path: VirtualPath, run: (place: Place) => Promise<T> | undefined): Promise<T> =>
      this.#at(path, (place) => run(place) ?? lacking(path));
    return {
      ...(has("setTimes") && {
        setTimes: (path, times, options) => at(path, (p) => p.storage.setTimes?.(p.path, times, options)),
      }),
      ...(has("changeMode") && {
        changeMode: (path, mode, options) => at(path, (p) => p.storage.changeMode?.(p.path, mode, options)),
      }),
      ...(has("setCreated") && {
        setCreated: (path, created, options) => at(path, (p) => p.storage.setCreated?.(p.path, created, options)),
      }),
      ...(has("freeSpace") && {
        freeSpace: (path, options) => at(path, (p) => p.storage.freeSpace?.(p.path, options)),
      }),
      ...(has("hash") && {
        hash: (path, algorithm, options) => this.#at(path, async (p) => p.storage.hash?.(p.path, algorithm, options)),
      }),
      ...(has("link") && {
        link: (target, path, options) =>
          this.#changing(path, () =>
            this.#both(target, path, (a, b) => a.storage.link?.(a.path, b.path, options) ?? lacking(path)),
          ),
      }),
    };
  }

  #place(path: VirtualPath): Place {
    for (const [folder, storage] of this.#mounts) {
      if (isWithin(folder, path)) return { storage, path: resolveVirtualPath(rootPath, path.slice(folder.length)) };
    }
    return { storage: this.#below, path };
  }

  /** Whether a path is a mount, or a folder on the way to one. */
  #isFixed(path: VirtualPath): boolean {
    return this.#mounts.some(([folder]) => isWithin(path, folder));
  }

  async #at<T>(path: VirtualPath, run: (place: Place) => Promise<T>): Promise<T> {
    const place = this.#place(path);
    try {
      return await run(place);
    } catch (error) {
      throw toldAs(error, place.path, path);
    }
  }

  async #both(from: VirtualPath, to: VirtualPath, run: (from: Place, to: Place) => Promise<void>): Promise<void> {
    const [a, b] = [this.#place(from), this.#place(to)];
    if (a.storage !== b.storage || this.#rootOf(from) !== this.#rootOf(to)) {
      throw failure("not-supported", to, "{path}: lies in another storage");
    }
    await this.#at(from, () => run(a, b));
  }

  #rootOf(path: VirtualPath): VirtualPath {
    return this.#mounts.find(([folder]) => isWithin(folder, path))?.[0] ?? rootPath;
  }

  async #changing<T>(path: VirtualPath, run: () => Promise<T>): Promise<T> {
    if (this.#isFixed(path)) throw failure("permission-denied", path, "{path}: permission denied");
    return run();
  }

  async #stat(path: VirtualPath, run: (place: Place) => Promise<Entry>): Promise<Entry> {
    try {
      const entry = await this.#at(path, run);
      return path === "/" ? entry : { ...entry, name: baseName(path) };
    } catch (error) {
      if (!isMissing(error) || !this.#isFixed(path)) throw error;
      return this.#folder(path === "/" ? "/" : baseName(path));
    }
  }

  async *#list(path: VirtualPath, options?: ListOptions): AsyncGenerator<readonly Entry[]> {
    const mounted = [...(await this.#mountedIn(path))].sort((a, b) => (a.name < b.name ? -1 : 1));
    const hidden = new Set(mounted.map(({ name }) => name));
    const place = this.#place(path);
    const sorts = place.storage.sortsNames !== undefined;
    try {
      for await (const batch of place.storage.list(place.path, options)) {
        const seen = hidden.size === 0 ? batch : batch.filter(({ name }) => !hidden.has(name));
        const merged = sorts && mounted.length > 0 ? withBefore(seen, mounted) : seen;
        if (merged.length > 0) yield merged;
      }
    } catch (error) {
      if (!isMissing(error) || !this.#isFixed(path)) throw toldAs(error, place.path, path);
    }
    if (mounted.length > 0) yield mounted;
  }

  /** The mounts that are entries of a folder, and the folders on the way to others. */
  async #mountedIn(path: VirtualPath): Promise<readonly Entry[]> {
    const names = new Set<VirtualPath>();
    for (const [folder] of this.#mounts) {
      let child = folder;
      if (child === path || !isWithin(path, child)) continue;
      while (parentPath(child) !== path) child = parentPath(child);
      names.add(child);
    }
    return Promise.all([...names].map((child) => this.#stat(child, (at) => at.storage.stat(at.path))));
  }

  #folder(name: string): Entry {
    return { name, kind: "directory", size: 0, modified: this.#since };
  }
}

/** A batch with the mounts that belong between its entries, each taken from `mounted`. */
function withBefore(batch: readonly Entry[], mounted: Entry[]): readonly Entry[] {
  const merged: Entry[] = [];
  for (const entry of batch) {
    for (let [next] = mounted; next !== undefined && next.name < entry.name; [next] = mounted) {
      merged.push(next);
      mounted.shift();
    }
    merged.push(entry);
  }
  return merged;
}

const abilityNames: readonly StorageAbility[] = ["setTimes", "changeMode", "freeSpace", "setCreated", "hash", "link"];

function isMissing(error: unknown): boolean {
  return error instanceof StorageError && error.kind === "not-found";
}

/** What a mount refuses of itself. */
type MountRefusal = Exclude<Extract<MessageId, `{path}: ${string}`>, `${string}{size}${string}`>;

function failure(kind: StorageErrorKind, path: VirtualPath, id: MountRefusal): StorageError {
  return new StorageError(kind, message(id, { path }), { path });
}
