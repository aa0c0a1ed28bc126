/** Where keys and certificates come from: text in memory, or files that are read again when they change. */
import { readFileSync, statSync } from "node:fs";

/** PEM text, or the file that holds it. */
export type PemSource = string | Uint8Array | { readonly file: string };

/** Reads it now. @throws Error of the system when the file cannot be read. */
export function readPem(source: PemSource): string {
  if (typeof source === "string") return source;
  return Buffer.from(source instanceof Uint8Array ? source : readFileSync(source.file)).toString("latin1");
}

/** What changes when the file does; undefined for text, and for a file that is not there just now. */
export function pemVersion(source: PemSource): string | undefined {
  if (typeof source === "string" || source instanceof Uint8Array) return undefined;
  const stats = statSync(source.file, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}
