/** A storage whose reading is shown: a line of progress for each file that is open. */
import type { ReadableFile, Storage } from "@twinport/core/storage";
import type { ProgressEvent } from "@twinport/core/ftp-client";
import type { ShownTransfer } from "./transfer-view.ts";

/** Milliseconds after which a rate can be told. */
const rateAfter = 200;

/** @param begin - Begins to show a file. */
export function watched(
  storage: Storage,
  begin: (path: string) => ShownTransfer,
  direction: ProgressEvent["direction"],
): Storage {
  return replaced(storage, {
    openRead: async (...given: Parameters<Storage["openRead"]>): Promise<ReadableFile> => {
      const [path, options] = given;
      const file = await storage.openRead(...given);
      return watchedFile(file, path, options?.offset ?? 0, begin(path), direction);
    },
  });
}

function watchedFile(
  file: ReadableFile,
  path: string,
  offset: number,
  shown: ShownTransfer,
  direction: ProgressEvent["direction"],
): ReadableFile {
  const begun = performance.now();
  const size = file.size === undefined ? undefined : file.size + offset;
  let bytes = 0;
  const note = (count: number): number => {
    bytes += count;
    const passed = performance.now() - begun;
    const rate = passed < rateAfter ? 0 : Math.round(bytes / (passed / 1000));
    const rest = size === undefined || rate === 0 ? undefined : ((size - offset - bytes) / rate) * 1000;
    shown.onProgress({ path, direction, bytes, offset, size, rate, remaining: rest });
    return count;
  };
  const readNow = file.readNow?.bind(file);
  return replaced(file, {
    read: async (into: Uint8Array) => note(await file.read(into)),
    ...(readNow === undefined
      ? {}
      : {
          readNow: (into: Uint8Array) => {
            const count = readNow(into);
            return count === undefined ? undefined : note(count);
          },
        }),
    close: async () => {
      shown.end();
      await file.close();
    },
  });
}

/** An object with some of its methods replaced; the others are run on the object itself, as their private fields want it. */
function replaced<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get: (target, key) => {
      if (Object.hasOwn(methods, key)) return Reflect.get(methods, key) as unknown;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
