/** Files of a storage copied into one of the same storage, which nobody sees before it is whole. */
import { setImmediate as turn } from "node:timers/promises";
import { message } from "../../protocol/index.ts";
import {
  StorageError,
  type Entry,
  type OpenWriteOptions,
  type VirtualPath,
  type WriteMode,
} from "../../storage/index.ts";
import type { Session } from "../session/session.ts";
import { limitedFile } from "./limited-file.ts";
import { longWork, type LongWork } from "./long-work.ts";

/** What is to be copied. */
export interface CopyJob {
  readonly verb: string;
  readonly sources: readonly VirtualPath[];
  readonly target: VirtualPath;
  /** The sources go afterwards: one that grew meanwhile must not, and ends the work as `busy`. */
  readonly consumes?: true;
  /** How the target is opened; asked once the work has begun. @throws CommandError where the account may not. */
  mode(): WriteMode | Promise<WriteMode>;
}

/**
 * Copies the sources, one after the other, into the target.
 *
 * @throws StorageError `is-a-directory` for a source that is no file, `name-not-allowed` for one that is the target.
 */
export function copyFiles(session: Session, job: CopyJob): Promise<Entry> {
  // All of it is the work, from the first look: a STAT that comes at once must not wait for the copy.
  return longWork(session, job.verb, job.target, async (given) => {
    const mode = await job.mode();
    const sources = await lookAtAll(session, job, given.signal);
    const octets = sources.reduce((sum, { size }) => sum + size, 0);
    await given.reserve(octets);
    return copy(session, job, sources, { mode, expectedSize: octets }, given);
  });
}

/** A source as it was found: no more of it is copied than was reserved, though it may grow meanwhile. */
interface Source {
  readonly path: VirtualPath;
  /** Octets. */
  readonly size: number;
}

/** @throws StorageError. A link may give one file several names: which file it is counts, where the storage tells. */
async function lookAtAll(
  session: Session,
  { sources, target }: CopyJob,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const { storage } = session.account;
  const there = await entryOrNone(session, target, signal);
  const seen = new Set<string>();
  const found: Source[] = [];
  for (const path of sources) {
    const { kind, size, unique } = await storage.stat(path, { signal });
    if (kind !== "file") throw new StorageError("is-a-directory", message("{path} is not a file", { path }), { path });
    if (path === target || (unique !== undefined && unique === there?.unique))
      throw new StorageError("name-not-allowed", message("{path} cannot be copied to itself", { path }), { path });
    if (unique !== undefined && seen.has(unique))
      throw new StorageError("name-not-allowed", message("A part is named twice"), { path });
    if (unique !== undefined) seen.add(unique);
    found.push({ path, size });
  }
  return found;
}

/** What a name means; undefined when nothing is there. */
export async function entryOrNone(
  session: Session,
  path: VirtualPath,
  signal?: AbortSignal,
): Promise<Entry | undefined> {
  try {
    return await session.account.storage.stat(path, signal && { signal });
  } catch (error) {
    if (error instanceof StorageError && error.kind === "not-found") return undefined;
    throw error;
  }
}

async function copy(
  session: Session,
  { target, consumes }: CopyJob,
  sources: readonly Source[],
  opening: Pick<OpenWriteOptions, "mode" | "expectedSize">,
  { signal, onBytes, settle }: LongWork,
): Promise<Entry> {
  const { storage } = session.account;
  const file = await storage.openWrite(target, { ...opening, permissions: 0o666 & ~session.umask, signal });
  const buffer = session.host.buffers.acquire();
  try {
    for (const { path, size } of sources) {
      const whole = await storage.openRead(path, { signal });
      const source = limitedFile(whole, size);
      try {
        for (let count = await source.read(buffer); count > 0; count = await source.read(buffer)) {
          signal.throwIfAborted();
          await file.write(buffer.subarray(0, count));
          onBytes(count);
          await turn();
        }
        if (consumes === true && (await whole.read(buffer.subarray(0, 1))) > 0)
          throw new StorageError("busy", message("{path}: busy; try again later", { path }), { path });
      } finally {
        await source.close();
      }
    }
    settle();
    return await file.commit();
  } catch (error) {
    await file.abandon();
    throw error;
  } finally {
    session.host.buffers.release(buffer);
  }
}

/** How this account may write a file of this name. @throws CommandError `permission-denied`; StorageError. */
export async function writeModeFor(session: Session, text: string): Promise<"create" | "replace"> {
  if (!session.may("overwrite")) {
    session.demand("create", text);
    return "create";
  }
  if (!session.may("create")) await session.account.storage.stat(session.path(text));
  return "replace";
}
