import { resolveVirtualPath, rootPath, StorageError, type Entry, type Storage } from "@twinport/core/storage";

/** A storage of one's own, of files that are made when they are read: what a device measures now. */
export function sensorStorage(sensors: Readonly<Record<string, () => number>>): Storage {
  const refuse = (path: string): Promise<never> =>
    Promise.reject(new StorageError("read-only", `${path}: measurements are not written`, { path }));
  const entryOf = (name: string, kind: "file" | "directory"): Entry => ({ name, kind, size: 0, modified: Date.now() });
  const measure = (path: string): Uint8Array => {
    const sensor = Object.entries(sensors).find(([name]) => resolveVirtualPath(rootPath, name) === path)?.[1];
    if (sensor === undefined) throw new StorageError("not-found", `${path}: no such sensor`, { path });
    return new TextEncoder().encode(`${sensor()}\n`);
  };
  return {
    stat: async (path) => {
      if (path === rootPath) return entryOf("/", "directory");
      return { ...entryOf(path.slice(1), "file"), size: measure(path).length };
    },
    list: async function* () {
      yield await Promise.resolve(Object.keys(sensors).map((name) => entryOf(name, "file")));
    },
    openRead: async (path, { offset = 0 } = {}) => {
      let rest = measure(path).subarray(offset);
      return {
        size: rest.length,
        read: async (into) => {
          const part = rest.subarray(0, into.length);
          into.set(part);
          rest = rest.subarray(part.length);
          return part.length;
        },
        close: () => Promise.resolve(),
      };
    },
    openWrite: refuse,
    remove: refuse,
    rename: refuse,
    makeDirectory: refuse,
    removeDirectory: refuse,
  };
}
