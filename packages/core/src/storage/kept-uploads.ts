/** Broken uploads that are kept for their uploaders: found again by uploader and path, dropped after some hours. */
import { DataFormatError } from "../protocol/index.ts";
import { StorageError } from "./errors.ts";
import { isWithin, type VirtualPath } from "./virtual-path.ts";

/** Broken uploads of one uploader that are kept; the oldest goes first. */
export const keptPerUploader = 64;
/** Broken uploads that are kept in all. */
export const keptInAll = 1024;

/**
 * Whether what arrived of an upload may be of use to its uploader. Where there was no room for it, or it had no end, it would
 * only keep the trouble: the disk stays full, the quota used up.
 *
 * @param cause - What broke it; undefined where nothing is known.
 */
export function isWorthKeeping(cause: unknown): boolean {
  if (cause instanceof DataFormatError) return cause.kind !== "too-large";
  if (!(cause instanceof StorageError)) return true;
  return cause.kind !== "no-space" && cause.kind !== "quota-exceeded" && cause.kind !== "too-large";
}

/**
 * A broken upload.
 *
 * @typeParam Part - What the storage finds its octets by.
 */
export interface KeptUpload<Part> {
  readonly uploader: string;
  readonly path: VirtualPath;
  readonly part: Part;
  /** Octets. */
  readonly size: number;
  /** When it broke, in milliseconds. */
  readonly since: number;
}

interface Held<Part> extends KeptUpload<Part> {
  /** When it was kept, by a clock that never leaps: `since` is told to people, and theirs does. */
  readonly keptAt: number;
}

/** The broken uploads of a storage. What is dropped is handed to `drop`, to be removed. */
export class KeptUploads<Part> {
  readonly #lifetime: number;
  readonly #drop: (kept: KeptUpload<Part>) => void;
  readonly #byKey = new Map<string, Held<Part>>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param lifetime - Milliseconds for which one is kept; 0 keeps none.
   * @param drop - Removes what is kept no longer.
   */
  constructor(lifetime: number, drop: (kept: KeptUpload<Part>) => void) {
    this.#lifetime = lifetime;
    this.#drop = drop;
  }

  /** Keeps one, in place of an earlier one of the same uploader and path. */
  keep(kept: KeptUpload<Part>): void {
    if (this.#lifetime === 0) {
      this.#drop(kept);
      return;
    }
    this.discard(kept.uploader, kept.path);
    this.#byKey.set(keyOf(kept.uploader, kept.path), { ...kept, keptAt: performance.now() });
    const own = [...this.#byKey.values()].filter(({ uploader }) => uploader === kept.uploader);
    if (own.length > keptPerUploader) this.#remove(own[0]);
    if (this.#byKey.size > keptInAll) this.#remove(this.#byKey.values().next().value);
    this.#timer ??= setInterval(
      () => {
        this.#dropOld(performance.now());
      },
      Math.min(this.#lifetime, 60_000),
    ).unref();
  }

  /** The one of this uploader and path, which stays kept. */
  find(uploader: string | undefined, path: VirtualPath): KeptUpload<Part> | undefined {
    return uploader === undefined ? undefined : this.#byKey.get(keyOf(uploader, path));
  }

  /** The one of this uploader and path, which is the caller's from now on. */
  take(uploader: string | undefined, path: VirtualPath): KeptUpload<Part> | undefined {
    const kept = this.find(uploader, path);
    if (kept !== undefined) this.#byKey.delete(keyOf(kept.uploader, path));
    return kept;
  }

  /** Drops the one of this uploader and path. */
  discard(uploader: string | undefined, path: VirtualPath): void {
    const kept = this.take(uploader, path);
    if (kept !== undefined) this.#drop(kept);
  }

  /** Those whose targets lie in a folder; they stay kept. */
  findWithin(folder: VirtualPath): readonly KeptUpload<Part>[] {
    return [...this.#byKey.values()].filter(({ path }) => isWithin(folder, path));
  }

  /** All of them, which are the caller's from now on. */
  takeAll(): readonly KeptUpload<Part>[] {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const all = [...this.#byKey.values()];
    this.#byKey.clear();
    return all;
  }

  #dropOld(now: number): void {
    for (const kept of [...this.#byKey.values()]) if (now - kept.keptAt >= this.#lifetime) this.#remove(kept);
    if (this.#byKey.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(kept: KeptUpload<Part> | undefined): void {
    if (kept !== undefined) this.discard(kept.uploader, kept.path);
  }
}

function keyOf(uploader: string, path: VirtualPath): string {
  return `${uploader}\0${path}`;
}
