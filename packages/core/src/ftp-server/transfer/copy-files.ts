/** Files of a storage copied into one of the same storage, which nobody sees before it is whole. */
import { setImmediate as turn } from "node:timers/promises";
import { StorageError, type Entry, type VirtualPath, type WriteMode } from "../../storage/index.ts";
import type { Session } from "../session/session.ts";
import { longWork, type LongWork } from "./long-work.ts";

/** What is to be copied. */
export interface CopyJob {
  readonly verb: string;
  readonly sources: readonly VirtualPath[];
  readonly target: VirtualPath;
  readonly mode: WriteMode;
}

/**
 * Copies the sources, one after the other, into the target.
 *
 * @throws StorageError `is-a-directory` for a source that is no file, `name-not-allowed` for one that is the target.
 */
export async function copyFiles(session: Session, { verb, sources, target, mode }: CopyJob): Promise<Entry> {
  const { storage } = session.account;
  let octets = 0;
  for (const path of sources) {
    const entry = await storage.stat(path);
    if (entry.kind !== "file") throw new StorageError("is-a-directory", `${path} is not a file`, { path });
    if (path === target) throw new StorageError("name-not-allowed", `${path} cannot be copied to itself`, { path });
    octets += entry.size;
  }
  return longWork(
    session,
    verb,
    target,
    (given) => copy(session, { verb, sources, target, mode }, octets, given),
    octets,
  );
}

async function copy(session: Session, job: CopyJob, octets: number, { signal, onBytes }: LongWork): Promise<Entry> {
  const { storage } = session.account;
  const permissions = 0o666 & ~session.umask;
  const file = await storage.openWrite(job.target, { mode: job.mode, expectedSize: octets, permissions, signal });
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
