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
import { longWork, type LongWork } from "./long-work.ts";

/** What is to be copied. */
export interface CopyJob {
  readonly verb: string;
  readonly sources: readonly VirtualPath[];
  readonly target: VirtualPath;
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
    const octets = await sizeOfAll(session, job);
    await given.reserve(octets);
    return copy(session, job, { mode, expectedSize: octets }, given);
  });
}

async function sizeOfAll(session: Session, { sources, target }: CopyJob): Promise<number> {
  let octets = 0;
  for (const path of sources) {
    const entry = await session.account.storage.stat(path);
    if (entry.kind !== "file")
      throw new StorageError("is-a-directory", message("{path} is not a file", { path }), { path });
    if (path === target)
      throw new StorageError("name-not-allowed", message("{path} cannot be copied to itself", { path }), { path });
    octets += entry.size;
  }
  return octets;
}

async function copy(
  session: Session,
  job: CopyJob,
  opening: Pick<OpenWriteOptions, "mode" | "expectedSize">,
  { signal, onBytes }: LongWork,
): Promise<Entry> {
  const { storage } = session.account;
  const file = await storage.openWrite(job.target, { ...opening, permissions: 0o666 & ~session.umask, signal });
  const buffer = session.host.buffers.acquire();
  try {
    for (const path of job.sources) {
      const source = await storage.openRead(path, { signal });
      try {
        for (let count = await source.read(buffer); count > 0; count = await source.read(buffer)) {
          signal.throwIfAborted();
          await file.write(buffer.subarray(0, count));
          onBytes(count);
          await turn();
        }
      } finally {
        await source.close();
      }
    }
    signal.throwIfAborted();
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
