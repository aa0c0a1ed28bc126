/** Errors of an inner storage, told with paths as the users of the wrapper know them. */
import type { WritableFile } from "../../bytes/index.ts";
import type { Text } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
import type { Entry } from "../storage.ts";
import type { VirtualPath } from "../virtual-path.ts";

/**
 * @param error - What the inner storage threw.
 * @param inner - The path that it was asked for.
 * @param outer - The path that the wrapper was asked for.
 */
export function toldAs(error: unknown, inner: VirtualPath, outer: VirtualPath): unknown {
  if (!(error instanceof StorageError)) return error;
  return new StorageError(error.kind, retold(error.text, inner, outer), { path: outer, cause: error.cause });
}

/**
 * An open file whose errors name paths as the wrapper does. All that the file offers stays: a method that is left out is an
 * ability lost.
 *
 * @param inner - The path that the inner storage knows it by.
 */
export function toldFile(file: WritableFile<Entry>, inner: VirtualPath, outer: VirtualPath): WritableFile<Entry> {
  if (inner === outer) return file;
  const telling = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw toldAs(error, inner, outer);
    }
  };
  const writev = file.writev?.bind(file);
  const writeNow = file.writeNow?.bind(file);
  const writeAt = file.writeAt?.bind(file);
  return {
    write: (from) => telling(() => file.write(from)),
    ...(writev === undefined ? {} : { writev: (from) => telling(() => writev(from)) }),
    ...(writeNow === undefined
      ? {}
      : {
          writeNow: (from) => {
            try {
              return writeNow(from);
            } catch (error) {
              throw toldAs(error, inner, outer);
            }
          },
        }),
    ...(writeAt === undefined ? {} : { writeAt: (from, position) => telling(() => writeAt(from, position)) }),
    commit: () => telling(() => file.commit()),
    abandon: (cause) => telling(() => file.abandon(cause)),
  };
}

function retold(text: Text, inner: VirtualPath, outer: VirtualPath): Text {
  const told = (path: string): string => (path.startsWith(inner) ? outer + path.slice(inner.length) : path);
  if (typeof text === "string") return told(text);
  const { path } = text.values;
  return typeof path === "string" ? { ...text, values: { ...text.values, path: told(path) } } : text;
}
