/** A folder of any storage, as a storage of its own. */
import { message } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { Storage } from "../storage.ts";
import { resolveVirtualPath, rootPath, type VirtualPath } from "../virtual-path.ts";
import { toldAs, toldFile } from "./told.ts";

/**
 * @param inner - The storage; closing the wrapper leaves it open.
 * @param folder - The folder in it that becomes the root. `..` ends there.
 */
export function rootedStorage(inner: Storage, folder: string): Storage {
  const root = resolveVirtualPath(rootPath, folder);
  if (root === "/") return inner;
  const at = (path: VirtualPath): VirtualPath => resolveVirtualPath(root, path === "/" ? "" : path.slice(1));
  const demandNotRoot = (path: VirtualPath): void => {
    if (path === "/")
      throw new StorageError("permission-denied", message("{path}: permission denied", { path }), { path });
  };
  /** Errors name paths as the users of the wrapper know them. */
  const told = async <T>(path: VirtualPath, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw toldAs(error, at(path), path);
    }
  };
  const setTimes = inner.setTimes?.bind(inner);
  const changeMode = inner.changeMode?.bind(inner);
  const freeSpace = inner.freeSpace?.bind(inner);
  const setCreated = inner.setCreated?.bind(inner);
  const hash = inner.hash?.bind(inner);
  const link = inner.link?.bind(inner);
  const abilities = inner.abilities?.bind(inner);
  return {
    ...(inner.sortsNames === undefined ? {} : { sortsNames: inner.sortsNames }),
    ...(abilities === undefined
      ? {}
      : {
          abilities: (options = {}) => {
            const path = options.path ?? rootPath;
            return told(path, () => abilities({ ...options, path: at(path) }));
          },
        }),
    stat: async (path, options) => {
      const entry = await told(path, () => inner.stat(at(path), options));
      return path === "/" ? { ...entry, name: "/" } : entry;
    },
    async *list(path, options) {
      try {
        yield* inner.list(at(path), options);
      } catch (error) {
        throw toldAs(error, at(path), path);
      }
    },
    openRead: (path, options) => told(path, () => inner.openRead(at(path), options)),
    openWrite: async (path, options) => {
      const file = await told(path, () => inner.openWrite(at(path), options));
      return toldFile(file, at(path), path);
    },
    remove: (path, options) => told(path, () => inner.remove(at(path), options)),
    rename: async (from, to, options) => {
      demandNotRoot(from);
      demandNotRoot(to);
      await told(from, () => inner.rename(at(from), at(to), options));
    },
    makeDirectory: (path, options) => told(path, () => inner.makeDirectory(at(path), options)),
    removeDirectory: async (path, options) => {
      demandNotRoot(path);
      await told(path, () => inner.removeDirectory(at(path), options));
    },
    ...(setTimes === undefined
      ? {}
      : { setTimes: (path, times, options) => told(path, () => setTimes(at(path), times, options)) }),
    ...(changeMode === undefined
      ? {}
      : { changeMode: (path, mode, options) => told(path, () => changeMode(at(path), mode, options)) }),
    ...(freeSpace === undefined
      ? {}
      : { freeSpace: (path, options) => told(path, () => freeSpace(at(path), options)) }),
    ...(setCreated === undefined
      ? {}
      : { setCreated: (path, created, options) => told(path, () => setCreated(at(path), created, options)) }),
    ...(hash === undefined
      ? {}
      : { hash: (path, algorithm, options) => told(path, () => hash(at(path), algorithm, options)) }),
    ...(link === undefined
      ? {}
      : { link: (target, path, options) => told(path, () => link(at(target), at(path), options)) }),
  };
}
