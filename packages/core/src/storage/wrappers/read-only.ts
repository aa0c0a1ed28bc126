/** Any storage, without a way to change it. */
import { message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { Storage, StorageAbility } from "../storage.ts";
import type { VirtualPath } from "../virtual-path.ts";

/** What is left of a storage's abilities: whatever changes something is refused. */
const kept: ReadonlySet<StorageAbility> = new Set(["freeSpace", "hash"]);

/** @param inner - The storage to look at; closing the wrapper leaves it open. */
export function readOnlyStorage(inner: Storage): Storage {
  const refuse = (path: VirtualPath): Promise<never> =>
    Promise.reject(new StorageError("read-only", message("{path}: this storage is read-only", { path }), { path }));
  const hash = inner.hash?.bind(inner);
  const abilities = inner.abilities?.bind(inner);
  return {
    ...(inner.sortsNames === undefined ? {} : { sortsNames: inner.sortsNames }),
    ...(abilities === undefined
      ? {}
      : { abilities: async (options) => new Set([...(await abilities(options))].filter((each) => kept.has(each))) }),
    stat: (path, options) => inner.stat(path, options),
    list: (path, options) => inner.list(path, options),
    openRead: (path, options) => inner.openRead(path, options),
    openWrite: refuse,
    remove: refuse,
    rename: refuse,
    makeDirectory: refuse,
    removeDirectory: refuse,
    ...(inner.freeSpace === undefined ? {} : { freeSpace: async () => 0 }),
    ...(hash === undefined ? {} : { hash }),
  };
}
