/**
 * Finds a file whatever the case of its name, for loaders that ask in another one than files have.
 *
 * Component by component: one that is there as it is written is taken, else the only one in its folder that differs in
 * case alone. Several that do are refused: which one was meant nobody can know.
 */
import { tftpErrorCode } from "../../protocol/index.ts";
import { resolveVirtualPath, StorageError, type Storage, type VirtualPath } from "../../storage/index.ts";
import { TftpRequestError } from "./request-error.ts";

/** Components of a path that are looked up: each costs a listing. */
const componentLimit = 32;

/** What bounds a look-up. */
export interface CaseLookupOptions {
  /** Entries of one folder that are looked at; more are refused. */
  readonly entries: number;
  readonly signal: AbortSignal;
}

/**
 * Finds the path that differs from this one in case alone.
 *
 * @throws TftpRequestError where several do, or a folder is too large; StorageError `not-found` where none does.
 */
export async function findInAnyCase(
  storage: Storage,
  path: VirtualPath,
  options: CaseLookupOptions,
): Promise<VirtualPath> {
  const components = path.split("/").filter((component) => component !== "");
  if (components.length > componentLimit) throw new StorageError("not-found", "The path has too many components");
  let found = resolveVirtualPath(path, "/");
  for (const component of components) {
    const written = resolveVirtualPath(found, component);
    found = (await isThere(storage, written, options.signal))
      ? written
      : resolveVirtualPath(found, await nameInAnyCase(storage, found, component, options));
  }
  return found;
}

async function isThere(storage: Storage, path: VirtualPath, signal: AbortSignal): Promise<boolean> {
  try {
    await storage.stat(path, { signal });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function nameInAnyCase(
  storage: Storage,
  folder: VirtualPath,
  component: string,
  { entries, signal }: CaseLookupOptions,
): Promise<string> {
  const wanted = component.toLowerCase();
  let name: string | undefined;
  let seen = 0;
  for await (const batch of storage.list(folder, { signal })) {
    for (const entry of batch) {
      if (++seen > entries) {
        throw new TftpRequestError(tftpErrorCode.notDefined, "The folder is too large to ignore the case of names");
      }
      if (entry.name.toLowerCase() !== wanted) continue;
      if (name !== undefined) {
        throw new TftpRequestError(tftpErrorCode.fileNotFound, "Several files have that name, in different case");
      }
      name = entry.name;
    }
  }
  if (name === undefined) throw new StorageError("not-found", "No name differs in case alone");
  return name;
}

/** Whether an error says that a file of this name is not there, nor can be. */
export function isMissing(error: unknown): boolean {
  return error instanceof StorageError && (error.kind === "not-found" || error.kind === "not-a-directory");
}
