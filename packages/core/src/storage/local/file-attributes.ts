/** What a file that takes the place of another one keeps of it: owner, group and permission bits. */
import type { Stats } from "node:fs";
import type { Favours } from "./file-favours.ts";
import { processUmask } from "./process-umask.ts";
import type { SystemCalls } from "./system-calls.ts";

/**
 * Gives a part the attributes that its file is to have: those of the file that it replaces, or the permission bits asked for,
 * whatever the process's umask. Set-id bits are dropped. Extended attributes and access control lists cannot be read here.
 *
 * @param there - The file that is replaced; undefined for a new one.
 */
export async function setAttributes(
  calls: SystemCalls,
  favours: Favours,
  fd: number,
  there: Stats | undefined,
  permissions: number,
): Promise<void> {
  if (there === undefined) {
    if ((permissions & processUmask) !== 0) await favours.do("mode", () => calls.fchmod(fd, permissions));
    return;
  }
  await keepOwner(calls, favours, fd, there);
  await favours.do("mode", () => calls.fchmod(fd, there.mode & 0o777));
}

/** A process of another user than root may change the group only, to one of its own. */
async function keepOwner(calls: SystemCalls, favours: Favours, fd: number, there: Stats): Promise<void> {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const part = await calls.fstat(fd);
  if (part.uid === there.uid && part.gid === there.gid) return;
  if (user === 0) await favours.do("owner", () => calls.fchown(fd, there.uid, there.gid));
  else if (part.gid !== there.gid && process.getgroups?.().includes(there.gid) === true)
    await favours.do("owner", () => calls.fchown(fd, part.uid, there.gid));
}
