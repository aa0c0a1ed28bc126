/**
 * Broken uploads that are kept for their uploaders.
 *
 * A name means one file. So a part stands under its name only for its uploader, only while nothing else is there, and only
 * as long as what was under the name when the upload began is still there, unchanged. Whatever else puts something under the
 * name, or takes it away, ends the part. What remains then is the knowledge that the upload was overtaken: its uploader may
 * not resume it within a file that somebody else put there.
 *
 * Parts are found by the identity of their directory and their name in it, not by their path: renaming a directory, or
 * reaching it through a link, changes nothing.
 */
import { DataFormatError, message } from "../protocol/index.ts";
import { StorageError } from "./errors.ts";
import type { VirtualPath } from "./virtual-path.ts";

/** Broken uploads of one uploader that are kept; the oldest goes first. */
export const keptPerUploader = 64;
/** Broken uploads that are kept in all. */
export const keptInAll = 1024;

/**
 * Tells whether what arrived of an upload may be of use to its uploader. Where there was no room for it, or it had no end,
 * keeping it would keep the trouble: the disk stays full, the quota used up.
 *
 * @param cause - What broke it; undefined where nothing is known.
 */
export function isWorthKeeping(cause: unknown): boolean {
  if (cause instanceof DataFormatError) return cause.kind !== "too-large";
  if (!(cause instanceof StorageError)) return true;
  return cause.kind !== "no-space" && cause.kind !== "quota-exceeded" && cause.kind !== "too-large";
}

/** Where a file lies: its directory's identity, which renaming the directory does not change, and its name there. */
export interface KeptPlace {
  readonly directory: string;
  readonly name: string;
}

/**
 * A broken upload.
 *
 * @typeParam Part - What the storage finds its bytes by.
 */
export interface KeptUpload<Part> extends KeptPlace {
  readonly uploader: string;
  readonly part: Part;
  /** Bytes. */
  readonly size: number;
  /** When it broke, in milliseconds since 1970-01-01 UTC. */
  readonly since: number;
  /** The identity of what was under the name when the upload began; undefined for nothing. */
  readonly base: string | undefined;
}

/** What is kept for an uploader under a name, held against what is under the name now. */
export type KeptState<Part> =
  | { readonly state: "none" }
  | { readonly state: "resumable"; readonly kept: KeptUpload<Part> }
  /** Something else took the name since the upload broke. */
  | { readonly state: "overtaken" };

interface Held<Part> extends KeptPlace {
  readonly uploader: string;
  /** Undefined once the upload was overtaken. */
  readonly kept: KeptUpload<Part> | undefined;
  /** When it was kept, by a clock that never leaps: `since` is told to people, and their clock does. */
  readonly keptAt: number;
}

const none = { state: "none" } as const;

/** The broken uploads of a storage. Each one that is dropped is handed to `drop`, which removes its bytes. */
export class KeptUploads<Part> {
  readonly #lifetime: number;
  readonly #drop: (kept: KeptUpload<Part>) => void;
  readonly #byKey = new Map<string, Held<Part>>();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param lifetime - Milliseconds for which one is kept; 0 keeps none.
   * @param drop - Removes what is no longer kept.
   */
  constructor(lifetime: number, drop: (kept: KeptUpload<Part>) => void) {
    this.#lifetime = lifetime;
    this.#drop = drop;
  }

  /** Whether nothing at all is kept: most storages never look further. */
  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Keeps one, in place of an earlier one of the same uploader and place. */
  keep(kept: KeptUpload<Part>): void {
    if (this.#lifetime === 0) {
      this.#drop(kept);
      return;
    }
    this.discard(kept.uploader, kept);
    this.#hold(kept, kept);
    const own = [...this.#byKey.values()].filter(({ uploader }) => uploader === kept.uploader);
    if (own.length > keptPerUploader) this.#remove(own[0]);
    if (this.#byKey.size > keptInAll) this.#remove(this.#byKey.values().next().value);
  }

  /**
   * Looks for the broken upload of an uploader, and ends it where it was overtaken.
   *
   * @param now - The identity of what is under the name now; undefined for nothing.
   */
  look(uploader: string | undefined, place: KeptPlace, now: string | undefined): KeptState<Part> {
    const held = uploader === undefined ? undefined : this.#byKey.get(keyOf(uploader, place));
    if (uploader === undefined || held === undefined) return none;
    if (held.kept !== undefined && held.kept.base === now) return { state: "resumable", kept: held.kept };
    if (now === undefined) {
      // What stood there before is gone: there is nothing that the upload could be mistaken for.
      this.#remove(held);
      return none;
    }
    this.#overtake(held);
    return { state: "overtaken" };
  }

  /** Hands a broken upload over: its part is the caller's from now on. */
  take(kept: KeptUpload<Part>): void {
    this.#byKey.delete(keyOf(kept.uploader, kept));
  }

  /** Forgets, and drops, what is kept for an uploader under a name. @returns Whether a part was kept. */
  discard(uploader: string | undefined, place: KeptPlace): boolean {
    const held = uploader === undefined ? undefined : this.#byKey.get(keyOf(uploader, place));
    this.#remove(held);
    return held?.kept !== undefined;
  }

  /**
   * Something was put under a name, or taken away: the parts of all uploaders that were under it end.
   *
   * @param there - Whether something is under the name now.
   */
  changed(place: KeptPlace, there: boolean): void {
    for (const held of this.#at(place)) {
      if (there) this.#overtake(held);
      else this.#remove(held);
    }
  }

  /** Ends all parts of a directory that is no more. */
  directoryRemoved(directory: string): void {
    for (const held of [...this.#byKey.values()]) if (held.directory === directory) this.#remove(held);
  }

  /** All parts; they stay kept. */
  all(): readonly KeptUpload<Part>[] {
    return [...this.#byKey.values()].flatMap(({ kept }) => kept ?? []);
  }

  /** All parts, which are the caller's from now on. */
  takeAll(): readonly KeptUpload<Part>[] {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const all = this.all();
    this.#byKey.clear();
    return all;
  }

  #hold(place: KeptPlace & { readonly uploader: string }, kept: KeptUpload<Part> | undefined): void {
    const { uploader, directory, name } = place;
    this.#byKey.set(keyOf(uploader, place), { uploader, directory, name, kept, keptAt: performance.now() });
    this.#timer ??= setInterval(
      () => {
        this.#dropOld(performance.now());
      },
      Math.min(this.#lifetime, 60_000),
    ).unref();
  }

  #at({ directory, name }: KeptPlace): readonly Held<Part>[] {
    if (this.#byKey.size === 0) return [];
    return [...this.#byKey.values()].filter((held) => held.name === name && held.directory === directory);
  }

  #overtake(held: Held<Part>): void {
    if (held.kept === undefined) return;
    this.#drop(held.kept);
    this.#hold(held, undefined);
  }

  #dropOld(now: number): void {
    for (const held of [...this.#byKey.values()]) if (now - held.keptAt >= this.#lifetime) this.#remove(held);
    if (this.#byKey.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(held: Held<Part> | undefined): void {
    if (held === undefined) return;
    this.#byKey.delete(keyOf(held.uploader, held));
    if (held.kept !== undefined) this.#drop(held.kept);
  }
}

function keyOf(uploader: string, { directory, name }: KeptPlace): string {
  return `${uploader}\0${directory}\0${name}`;
}

/** An uploader means its own bytes, of which there are fewer, or which are not the file's. */
export function refusedBesidePart(path: VirtualPath, size: number): StorageError {
  const text = message("{path}: your last upload broke off after {size} octets; restart there, or send it whole", {
    path,
    size,
  });
  return new StorageError("offset-out-of-range", text, { path });
}

/** What the uploader would go on with is not what is there. */
export function refusedOvertaken(path: VirtualPath): StorageError {
  const text = message("{path} was replaced since your upload of it broke off; send it whole", { path });
  return new StorageError("offset-out-of-range", text, { path });
}
