/** The files that are moved by TFTP, and their likeness as a text to compare. */
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Octets; about a block of 512, several, and the first whose last block has number 65536, which is 0 on the wire. */
export const tftpSizes: readonly number[] = [0, 1, 511, 512, 513, 1200, 65_535 * 512];

/** Makes a file of random octets. @returns Its path. */
export async function makeFileOf(folder: string, size: number): Promise<string> {
  const path = join(folder, `of-${size}`);
  await writeFile(path, randomBytes(size));
  return path;
}

/** Lines of every length, so that CR LF and CR NUL fall on every place of a block; lone CRs, and empty lines. */
export function makeText(): string {
  return Array.from({ length: 1200 }, (_, line) => `${"x".repeat(line % 61)}${line % 7 === 0 ? "\r" : ""}\n`).join("");
}

/** The SHA-256 of a file; undefined when there is none. */
export async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
