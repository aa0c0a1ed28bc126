/**
 * Favours: what this storage does for a file without being asked, and what a file system may refuse. FAT, exFAT, NTFS and CIFS
 * mounts belong to whoever mounted them: they refuse to set modes, owners and times, and some have no hard links. An upload is
 * whole without any of that, so what is refused is left out, and told once.
 */
import { systemCode } from "./system-errors.ts";

/** What was left out. */
export type FavourKind = "mode" | "owner" | "times" | "hard-links";

/** What a storage tells its application once. */
export interface StorageNotice {
  /** What the file system refuses, and is done without from now on. */
  readonly kind: FavourKind;
  /** The system's code, such as `EPERM`. */
  readonly code: string;
  /** Text for people. */
  readonly message: string;
}

const texts: Readonly<Record<FavourKind, string>> = {
  mode: "This file system does not let permission bits be set; files have those that it gives them",
  owner: "This file system does not let owners be set; replaced files belong to whoever it says",
  times: "This file system does not let times be set; files have the time of their upload",
  "hard-links": "This file system has no hard links; a new name is claimed by an empty file for a moment",
};

/** Codes by which a system says that it will not or cannot, rather than that something broke. */
const refusals = new Set(["EPERM", "EACCES", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EINVAL", "EROFS", "EMLINK"]);

/** Whether an error says that the system will not or cannot do what it was asked for. */
export function isRefusal(error: unknown): boolean {
  return refusals.has(systemCode(error));
}

/** The favours of one storage. */
export class Favours {
  readonly #onNotice: ((notice: StorageNotice) => void) | undefined;
  readonly #told = new Set<FavourKind>();

  /** @param onNotice - Called once for each kind that is refused. */
  constructor(onNotice: ((notice: StorageNotice) => void) | undefined) {
    this.#onNotice = onNotice;
  }

  /** Whether a kind was refused before. */
  isRefused(kind: FavourKind): boolean {
    return this.#told.has(kind);
  }

  /**
   * Does a favour.
   *
   * @returns Whether it was done.
   * @throws what the call throws for another reason than that the system refuses it.
   */
  async do(kind: FavourKind, call: () => Promise<void>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#tell(kind, systemCode(error));
      return false;
    }
  }

  #tell(kind: FavourKind, code: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onNotice?.({ kind, code, message: texts[kind] });
  }
}
