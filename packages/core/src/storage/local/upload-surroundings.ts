/** What the ways of writing a local file share: the storage's parts, and a file that is about to be written. */
import type { Stats } from "node:fs";
import type { InlinePace } from "../../bytes/index.ts";
import { message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { FileTurns } from "../file-turns.ts";
import type { KeptPlace, KeptUploads } from "../kept-uploads.ts";
import type { Entry, OpenWriteOptions } from "../storage.ts";
import { baseName, type VirtualPath } from "../virtual-path.ts";
import type { Favours } from "./file-favours.ts";
import type { Folder, Jail } from "./jail.ts";
import type { Durability } from "./local-storage.ts";
import type { UploadEnding } from "./local-writable.ts";
import type { NameLocks } from "./name-locks.ts";
import { fsync, type SystemCalls } from "./system-calls.ts";
import { fromSystemError } from "./system-errors.ts";
import type { UploadJournal } from "./upload-journal.ts";

/** A hidden part on the host. */
export interface LocalPart {
  readonly name: string;
  /** The directory that it lies in, as far as this storage knows. */
  directory: string;
}

/** What uploads need of their storage. */
export interface UploadSurroundings {
  readonly pace: InlinePace;
  readonly calls: SystemCalls;
  readonly favours: Favours;
  readonly jail: Jail;
  readonly kept: KeptUploads<LocalPart>;
  readonly journal: UploadJournal;
  readonly locks: NameLocks;
  readonly turns: FileTurns;
  readonly instance: string;
  readonly inPlace: boolean;
  readonly durability: Durability;
  /** Milliseconds that an append waits for the one before. */
  readonly turnWait: number;
  /** Names of the hidden parts that are being written now. */
  readonly active: Set<string>;
}

/** A file that is about to be written: its directory is held until `release`. */
export interface UploadTarget {
  readonly folder: Folder;
  readonly path: VirtualPath;
  readonly options: OpenWriteOptions;
  /** What is under the name; undefined for nothing. */
  readonly there: Stats | undefined;
  /** Gives back the directory, and the turn at the file. */
  readonly release: () => void;
}

/** Permission bits of a new file. */
export const newFileMode = 0o644;

/** Where the file of a path lies, for the broken uploads that are kept. */
export function keptPlace(folder: Folder, path: VirtualPath): KeptPlace {
  return { directory: folder.identity(), name: baseName(path) };
}

/** What tells a file from any other that may get its name, or be made of it. */
export function identityOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}`;
}

/** As `identityOf`; undefined for nothing. */
export function identityOrNone(stats: Stats | undefined): string | undefined {
  return stats === undefined ? undefined : identityOf(stats);
}

/** The file was changed by somebody else, so that completing this upload would undo that change. */
export function changedMeanwhile(path: VirtualPath): StorageError {
  return new StorageError("busy", message("{path} was changed while it was appended to; try again", { path }), {
    path,
  });
}

/** @returns What is under the name. @throws StorageError `busy` when it is not what an upload began from. */
export async function demandUnchanged(
  calls: SystemCalls,
  at: string,
  path: VirtualPath,
  base: string | undefined,
): Promise<Stats | undefined> {
  const now = await calls.present(at);
  if (identityOrNone(now) !== base) throw changedMeanwhile(path);
  return now;
}

/** Sets the time that was asked for. @returns The time that the file has, where the file system keeps it: it is a favour. */
export async function setModified(
  { calls, favours }: Pick<UploadSurroundings, "calls" | "favours">,
  fd: number,
  modified: number | undefined,
): Promise<number | undefined> {
  if (modified === undefined) return undefined;
  const isSet = await favours.do("times", () => calls.futimes(fd, new Date(), new Date(modified)));
  return isSet ? modified : undefined;
}

/** As `setModified`, and has the disk know of the file where the storage promises that. */
export async function setAndSync(
  around: Pick<UploadSurroundings, "calls" | "favours" | "durability">,
  fd: number,
  modified: number | undefined,
): Promise<number | undefined> {
  const set = await setModified(around, fd, modified);
  if (around.durability !== "none") await fsync(fd);
  return set;
}

/** What the end of an upload does, in the words of one way of writing. */
export interface EndingSteps {
  /** @param size - Bytes of the whole file. */
  commit(size: number): Promise<Entry>;
  /** @param cause - What broke it, where something did. */
  abandon(size: number, cause: unknown): Promise<void>;
  /** Closes what is open, whichever way it ended. */
  close(): Promise<void>;
}

/** An ending that closes what is open and gives back what the upload held, and that fails with a storage's errors. */
export function endingOf(target: UploadTarget, steps: EndingSteps): UploadEnding {
  const end = async (): Promise<void> => {
    try {
      await steps.close();
    } finally {
      // Last: what is closed may lie in the directory that is held.
      target.release();
    }
  };
  return {
    commit: async (_, size) => {
      try {
        return await steps.commit(size);
      } catch (error) {
        throw fromSystemError(error, target.path);
      } finally {
        await end();
      }
    },
    abandon: async (_, size, cause) => {
      try {
        await steps.abandon(size, cause);
      } finally {
        await end();
      }
    },
  };
}

/** What is known of a file that was just completed, without asking for it. */
export function finished(path: VirtualPath, size: number, modified: number = Date.now()): Entry {
  return { name: baseName(path), kind: "file", size, modified };
}
