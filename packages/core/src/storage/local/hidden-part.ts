/** Hidden parts of files beside their targets: made, removed, and when one may take a name. */
import { constants, type Stats } from "node:fs";
import { makePartName } from "./hidden-names.ts";
import type { Folder } from "./jail.ts";
import { fsync, type SystemCalls } from "./system-calls.ts";
import type { UploadSurroundings } from "./upload-surroundings.ts";

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** The mode bit of a directory in which nobody may replace another's file. */
const sticky = 0o1000;

/** Whether a file may lose its name to another one: in a sticky directory that is its owner's to decide, and the directory's. */
export async function mayReplace({ calls }: UploadSurroundings, folder: Folder, there: Stats): Promise<boolean> {
  const user = process.geteuid?.();
  if (user === undefined || user === 0 || there.uid === user) return true;
  const { mode, uid } = await calls.lstat(`${folder.base}.`);
  return (mode & sticky) === 0 || uid === user;
}

/** Creates an empty hidden part in a directory. */
export async function createPart(
  around: UploadSurroundings,
  folder: Folder,
  permissions: number,
): Promise<{ readonly fd: number; readonly name: string }> {
  await around.journal.note(folder.real, folder.identity());
  const name = makePartName(around.instance);
  around.active.add(name);
  try {
    const how = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
    return { name, fd: await around.calls.open(`${folder.base}${name}`, how, permissions & 0o777) };
  } catch (error) {
    around.active.delete(name);
    throw error;
  }
}

/** Removes a hidden part, which may be gone already. */
export async function removePart(around: UploadSurroundings, folder: Folder, name: string): Promise<void> {
  await around.calls.unlink(`${folder.base}${name}`, Infinity).catch(() => undefined);
  around.active.delete(name);
}

/** Has the disk know of a directory's names. */
export async function syncFolder(calls: SystemCalls, folder: Folder): Promise<void> {
  const fd = await calls.open(`${folder.base}.`, O_RDONLY | O_DIRECTORY);
  try {
    await fsync(fd);
  } finally {
    await calls.close(fd);
  }
}
