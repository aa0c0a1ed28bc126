/** Errors of an inner storage, told with paths as the users of the wrapper know them. */
import type { Text } from "../../protocol/index.ts";
import { StorageError } from "../errors.ts";
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

function retold(text: Text, inner: VirtualPath, outer: VirtualPath): Text {
  const told = (path: string): string => (path.startsWith(inner) ? outer + path.slice(inner.length) : path);
  if (typeof text === "string") return told(text);
  const { path } = text.values;
  return typeof path === "string" ? { ...text, values: { ...text.values, path: told(path) } } : text;
}
