/** What the cases of the conformance suite are made of, and what they share: writing, reading and expecting errors. */
import assert from "node:assert/strict";
import { StorageError, type StorageErrorKind } from "../errors.ts";
import type { Entry, OpenReadOptions, OpenWriteOptions, Storage } from "../storage.ts";
import { resolveVirtualPath, rootPath, type VirtualPath } from "../virtual-path.ts";

/**
 * What a storage may be without:
 *
 * - `moved-directories`: an upload that is under way, or broken and kept, follows its directory when that is renamed. Storages
 *   that know files by their paths only cannot do that.
 */
export type ConformanceNeed = "moved-directories";

/** One thing that every storage does alike. */
export interface ConformanceCase {
  /** A sentence that says what is asked. */
  readonly name: string;
  /** What a storage may be without, and then need not pass this case. */
  readonly needs?: ConformanceNeed;
  /**
   * Tries it out.
   *
   * @param storage - A fresh and empty storage; the caller closes it.
   * @throws AssertionError when the storage does something else.
   */
  run(storage: Storage): Promise<void>;
}

/** Octets that a reader of the suite asks for at once. */
const readSize = 64 * 1024;

/** The virtual path of a text that starts at the root. */
export function at(text: string): VirtualPath {
  return resolveVirtualPath(rootPath, text);
}

/** Writes a whole file. */
export async function put(
  storage: Storage,
  path: string,
  content: string | Uint8Array,
  options: OpenWriteOptions = {},
): Promise<Entry> {
  const file = await storage.openWrite(at(path), options);
  await file.write(bytesOf(content));
  return file.commit();
}

/** Writes some of a file and gives it up. */
export async function breakOff(
  storage: Storage,
  path: string,
  content: string,
  options: OpenWriteOptions,
): Promise<void> {
  const file = await storage.openWrite(at(path), options);
  await file.write(bytesOf(content));
  await file.abandon();
}

/** Reads a whole file as text. */
export async function textOf(storage: Storage, path: string, options: OpenReadOptions = {}): Promise<string> {
  return (await contentOf(storage, path, options)).toString();
}

/** Reads a whole file. */
export async function contentOf(storage: Storage, path: string, options: OpenReadOptions = {}): Promise<Buffer> {
  const file = await storage.openRead(at(path), options);
  const parts: Buffer[] = [];
  try {
    for (;;) {
      const into = Buffer.alloc(readSize);
      const count = await file.read(into);
      if (count === 0) return Buffer.concat(parts);
      parts.push(into.subarray(0, count));
    }
  } finally {
    await file.close();
  }
}

/** The entries of a folder, sorted by name. */
export async function entriesOf(storage: Storage, path: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for await (const batch of storage.list(at(path))) all.push(...batch);
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The names in a folder, sorted. */
export async function namesOf(storage: Storage, path: string): Promise<readonly string[]> {
  return (await entriesOf(storage, path)).map(({ name }) => name);
}

/** Asserts that a call fails by a rejection with a `StorageError` of one of these kinds, not by a throw. */
export async function fails(result: () => Promise<unknown>, ...kinds: readonly StorageErrorKind[]): Promise<void> {
  let promise: Promise<unknown>;
  try {
    promise = result();
  } catch (error) {
    assert.fail(`threw ${String(error)} instead of rejecting`);
  }
  const error: unknown = await promise.then(
    () => assert.fail(`succeeded, expected ${kinds.join(" or ")}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof StorageError)) throw error;
  assert.ok(kinds.includes(error.kind), `failed with ${error.kind} (${error.message}), expected ${kinds.join(" or ")}`);
}

/** Asserts that there is nothing at a path. */
export async function isAbsent(storage: Storage, path: string): Promise<void> {
  await fails(() => storage.stat(at(path)), "not-found");
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}
