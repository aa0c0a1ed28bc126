/** Trees for tests of mirrors: written, read back as text, and storages that fail on purpose. */
import { message } from "../../../src/protocol/index.ts";
import {
  MemoryStorage,
  resolveVirtualPath,
  rootPath,
  StorageError,
  type Storage,
  type StorageErrorKind,
  type VirtualPath,
} from "../../../src/storage/index.ts";

/** A path from the root. */
export const at = (path: string): VirtualPath => resolveVirtualPath(rootPath, path);

/** A file: its text, and when it was modified, in milliseconds. */
export type TestFile = readonly [text: string, modified: number];
/** Files by their paths; a path with a slash at its end is a folder. */
export type TestTree = Readonly<Record<string, TestFile | undefined>>;

/** A time long ago, in milliseconds. */
export const then: number = Date.UTC(2020, 0, 2, 3, 4, 5);

/** Writes a file, and makes the folders it lies in. */
export async function put(storage: Storage, path: string, text: string, modified: number = then): Promise<void> {
  await makeFolders(storage, path.split("/").slice(0, -1));
  const file = await storage.openWrite(at(path));
  await file.write(Buffer.from(text));
  await file.commit();
  await storage.setTimes?.(at(path), { modified });
}

async function makeFolders(storage: Storage, names: readonly string[]): Promise<void> {
  for (let i = 1; i <= names.length; i++) {
    await storage.makeDirectory(at(names.slice(0, i).join("/"))).catch((error: unknown) => {
      if (!(error instanceof StorageError) || error.kind !== "already-exists") throw error;
    });
  }
}

/** Makes a tree. */
export async function fill(storage: Storage, tree: TestTree): Promise<void> {
  for (const [path, file] of Object.entries(tree)) {
    if (file === undefined) await makeFolders(storage, path.replace(/\/$/, "").split("/"));
    else await put(storage, path, file[0], file[1]);
  }
}

/** A storage in memory with a tree. */
export async function memory(tree: TestTree = {}): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await fill(storage, tree);
  return storage;
}

/** What a file holds. */
export async function text(storage: Storage, path: string): Promise<string> {
  const file = await storage.openRead(at(path));
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const buffer = Buffer.alloc(65_536);
      const count = await file.read(buffer);
      if (count === 0) return Buffer.concat(parts).toString();
      parts.push(buffer.subarray(0, count));
    }
  } finally {
    await file.close();
  }
}

/** A whole tree: folders with a slash, files with what they hold and, where wanted, their times. */
export async function look(storage: Storage, times = false, folder = ""): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for await (const batch of storage.list(at(folder))) {
    for (const { name, kind, modified } of batch) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (kind === "directory") {
        found[`${path}/`] = undefined;
        Object.assign(found, await look(storage, times, path));
      } else found[path] = times ? [await text(storage, path), modified] : await text(storage, path);
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Names of the methods of storages that take a path first. */
type Method = Exclude<keyof Storage, "close" | "freeSpace">;

/** An error of a storage, as one would throw it. */
export function failure(kind: StorageErrorKind, path: string): StorageError {
  return new StorageError(kind, message("{path}: busy; try again later", { path }), { path });
}

/**
 * A storage whose methods ask first whether they may.
 *
 * @param before - Throws what the method is to throw. Of open files, `read`, `write` and `commit` are asked about too.
 */
export function meddled<T extends Storage>(
  inner: T,
  before: (method: Method | "read" | "write" | "commit", path: string) => void | Promise<void>,
): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function" || typeof name !== "string") return value;
      if (name === "list") {
        return async function* (path: VirtualPath, options: object) {
          await before("list", path);
          yield* target.list(path, options);
        };
      }
      return async (path: VirtualPath, ...rest: unknown[]) => {
        if (name !== "close") await before(name as Method, path);
        const result: unknown = await Reflect.apply(value, target, [path, ...rest]);
        return name === "openRead" || name === "openWrite" ? meddledFile(result as object, path, before) : result;
      };
    },
  });
}

function meddledFile(
  file: object,
  path: string,
  before: (method: "read" | "write" | "commit", path: string) => void | Promise<void>,
): object {
  return new Proxy(file, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "read" && name !== "write" && name !== "commit") return value.bind(target) as unknown;
      return async (...rest: unknown[]) => {
        await before(name, path);
        return Reflect.apply(value, target, rest) as unknown;
      };
    },
  });
}

/** A storage without some of its abilities. */
export function without<T extends Storage>(inner: T, ...names: readonly (keyof Storage)[]): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (names.some((one) => one === name)) return undefined;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    has: (target, name) => !names.some((one) => one === name) && Reflect.has(target, name),
  });
}

/** No waits between attempts. */
export const quickly = { retry: { delay: 1, retries: 3 } } as const;
