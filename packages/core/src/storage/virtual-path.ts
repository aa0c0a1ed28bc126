/**
 * Paths as a server's users see them: absolute, `/` between components, normalised once.
 *
 * The same value decides permission, routing and opening, so that no second normalisation can disagree with the first
 * (CVE-2026-30914 is of that class). Refuses NUL, CR and LF in names and paths longer than 4,096 octets.
 *
 * Octets of a name that are no UTF-8 are lone surrogates in it, as `decodeOctetText` makes them. Any other spelling of the
 * same octets is refused, so that two paths that differ never mean the same file.
 */
import { isOctetText, message, octetTextLength } from "../protocol/index.ts";
import { StorageError } from "./errors.ts";

declare const brand: unique symbol;

/** An absolute, normalised path inside a storage: `/` or `/a/b`. Made by `resolveVirtualPath` only. */
export type VirtualPath = string & { readonly [brand]: "VirtualPath" };

/** The longest virtual path, in octets (PATH_MAX of Linux). */
export const maxVirtualPathLength = 4096;

/** The root of a storage. */
export const rootPath: VirtualPath = "/" as VirtualPath;

const forbidden = /[\0\r\n]/;
/** A path that is already as `resolveVirtualPath` would make it: the common case, decided without splitting. */
const needsWork = /\/\/|\/\.{1,2}(?:\/|$)|.\/$/;

/**
 * Resolves what a user typed against a folder, as `cd` would: `.` and `..` and doubled slashes go, `..` stops at the root.
 *
 * @param folder - The folder that relative paths start from.
 * @param text - An absolute or relative path; empty means `folder`.
 * @throws StorageError `name-not-allowed` for NUL, CR or LF in it, for a second spelling of octets, or when it is too long.
 */
export function resolveVirtualPath(folder: VirtualPath, text: string): VirtualPath {
  if (forbidden.test(text)) throw new StorageError("name-not-allowed", message("A name must not hold NUL, CR or LF"));
  if (!isOctetText(text)) {
    throw new StorageError("name-not-allowed", message("Names of this spelling are not possible"));
  }
  const joined = text.startsWith("/") ? text : `${folder === "/" ? "" : folder}/${text}`;
  const path = needsWork.test(joined) ? normalise(joined) : joined;
  if (path.length > maxVirtualPathLength / 4 && octetTextLength(path) > maxVirtualPathLength) {
    throw new StorageError(
      "name-not-allowed",
      message("A path must not be longer than {limit} octets", { limit: maxVirtualPathLength }),
    );
  }
  return path as VirtualPath;
}

function normalise(text: string): string {
  const components: string[] = [];
  for (const component of text.split("/")) {
    if (component === "" || component === ".") continue;
    if (component === "..") components.pop();
    else components.push(component);
  }
  return `/${components.join("/")}`;
}

/** The folder that holds `path`; the root holds itself. */
export function parentPath(path: VirtualPath): VirtualPath {
  const slash = path.lastIndexOf("/");
  return (slash <= 0 ? "/" : path.slice(0, slash)) as VirtualPath;
}

/** The last component of `path`; empty for the root. */
export function baseName(path: VirtualPath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether `path` is `folder` or lies below it, compared by components. */
export function isWithin(folder: VirtualPath, path: VirtualPath): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
