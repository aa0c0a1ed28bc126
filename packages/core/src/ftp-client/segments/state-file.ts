/**
 * What is known of a segmented download that is under way: a small JSON file beside it, from which the next one goes on.
 *
 * It is written whole under another name and renamed, so that a process that is killed leaves the old one or the new one.
 * A checksum tells one that a disk or a hand has changed.
 */
import { createHash, randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import type { HashAlgorithm } from "../../protocol/index.ts";
import type { Range } from "./ranges.ts";

/** The version of the format. */
const stateVersion = 1;
const stateKind = "twinport segmented download";
/** Octets of a state file: more is none. */
export const largestState: number = 1024 * 1024;

/** What tells one content of a server's file from another. */
export interface FileIdentity {
  /** Octets. */
  readonly size: number;
  /** Milliseconds; undefined where the server does not tell. */
  readonly modified: number | undefined;
  /** Asked for where the server tells no time. */
  readonly hash: { readonly algorithm: HashAlgorithm; readonly digits: string } | undefined;
}

/** What a state file holds. */
export interface DownloadState {
  /** The file's path on the server. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly done: readonly Range[];
}

/** Writes a state as text. */
export function formatState({ path, identity, done }: DownloadState): string {
  const { size, modified = null, hash = null } = identity;
  const body = { kind: stateKind, version: stateVersion, path, size, modified, hash, done: done.map(pairOf) };
  return `${JSON.stringify({ ...body, checksum: checksumOf(body) })}\n`;
}

/** Reads a state. @returns Undefined for what is none, or not whole. */
export function parseState(text: string): DownloadState | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { checksum, ...body } = parsed as Record<string, unknown>; // Any object has properties of any kind.
  // What the checksum vouches for was written by `formatState`: its fields are what they are to be.
  if (body["kind"] !== stateKind || body["version"] !== stateVersion || checksum !== checksumOf(body)) return undefined;
  const { path, size, modified, hash, done } = body as unknown as Written;
  const ranges = done.map(([start, end]) => ({ start, end }));
  return { path, identity: { size, modified: modified ?? undefined, hash: hash ?? undefined }, done: ranges };
}

interface Written {
  readonly path: string;
  readonly size: number;
  readonly modified: number | null;
  readonly hash: FileIdentity["hash"] | null;
  readonly done: readonly (readonly [start: number, end: number])[];
}

function pairOf({ start, end }: Range): readonly [number, number] {
  return [start, end];
}

function checksumOf(body: Record<string, unknown>): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

/** Whether two identities are of one content, as far as both know it. */
export function isSame(one: FileIdentity, other: FileIdentity): boolean {
  if (one.size !== other.size || one.modified !== other.modified) return false;
  return one.hash?.algorithm === other.hash?.algorithm && one.hash?.digits === other.hash?.digits;
}

/** Reads a state file. @returns `missing`, or `unreadable` for one that is none. */
export async function readState(file: string): Promise<DownloadState | "missing" | "unreadable"> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) return "missing";
  if (!stats.isFile() || stats.size > largestState) return "unreadable";
  const text = await readFile(file, "utf8").catch(() => "");
  return parseState(text) ?? "unreadable";
}

/** Puts a state in the place of the one before. @throws Error of the system. */
export async function writeState(file: string, state: DownloadState): Promise<void> {
  const written = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    const handle = await open(written, "wx");
    try {
      await handle.writeFile(formatState(state));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(written, file);
  } catch (error) {
    await rm(written, { force: true });
    throw error;
  }
}
