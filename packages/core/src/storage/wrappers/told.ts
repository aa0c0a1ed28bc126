/** Errors of an inner storage, told with paths as the users of the wrapper know them. */
import { StorageError } from "../errors.ts";
import type { VirtualPath } from "../virtual-path.ts";

/**
 * @param error - What the inner storage threw.
 * @param inner - The path that it was asked for.
 * @param outer - The path that the wrapper was asked for.
 */
export function toldAs(error: unknown, inner: VirtualPath, outer: VirtualPath): unknown {
  if (!(error instanceof StorageError)) return error;
  const message = error.message.startsWith(inner) ? outer + error.message.slice(inner.length) : error.message;
  return new StorageError(error.kind, message, { path: outer, cause: error.cause });
}
