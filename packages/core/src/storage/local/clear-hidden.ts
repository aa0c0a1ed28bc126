/** Directories that look empty: what of this storage's own lies in them goes before they do. */
import { opendir } from "node:fs/promises";
import { message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { VirtualPath } from "../virtual-path.ts";
import { instanceOfPart } from "./hidden-names.ts";
import type { Folder } from "./jail.ts";
import type { UploadSurroundings } from "./upload-surroundings.ts";

/** Milliseconds after which a part of an instance that has no journal is nobody's: no upload stands still for so long. */
const strayAge: number = 24 * 60 * 60 * 1000;

/**
 * Removes the hidden parts of a directory that has nothing else.
 *
 * @returns false when something else is in there; nothing is removed then.
 * @throws StorageError `busy` where one of them is being written, or may be.
 */
export async function clearHidden(around: UploadSurroundings, folder: Folder, path: VirtualPath): Promise<boolean> {
  const names: string[] = [];
  for await (const { name } of await opendir(`${folder.base}.`)) {
    if (instanceOfPart(name) === undefined) return false;
    names.push(name);
  }
  for (const name of names) {
    if (await isInUse(around, folder, name)) {
      throw new StorageError("busy", message("{path}: an upload into it is under way; try again later", { path }), {
        path,
      });
    }
  }
  for (const name of names) await around.calls.unlink(`${folder.base}${name}`, Infinity);
  return true;
}

async function isInUse(around: UploadSurroundings, folder: Folder, name: string): Promise<boolean> {
  const instance = instanceOfPart(name);
  if (instance === undefined || instance === around.instance) return around.active.has(name);
  const dead = await around.journal.isDead(instance);
  if (dead !== undefined) return !dead;
  // It may be another host's, or belong to a storage whose journal lies elsewhere.
  const stats = await around.calls.present(`${folder.base}${name}`);
  return stats !== undefined && Date.now() - stats.mtimeMs < strayAge;
}
