/** A tree of files that shows what peers get wrong, and its likeness as one text to compare. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

const mebibyte = 1024 * 1024;

/** The files with awkward sizes and names. */
export const awkwardFiles: readonly (readonly [name: string, size: number])[] = [
  ["empty", 0],
  ["one", 1],
  ["almost", mebibyte - 1],
  ["exactly", mebibyte],
  ["with space.txt", 100],
  ['say "hi".txt', 101],
  ["it's.txt", 102],
  ["-x", 103],
  ["한국어.txt", 104],
  ["日本語.txt", 105],
  ["räksmörgås.txt", 106],
];

/** How many small files the tree has. */
export const smallFiles = 1_000;

/** Makes the tree. @param leaveOut - Names that the peer under test cannot carry; each test says why. */
export async function makeTree(
  root: string,
  leaveOut: readonly string[] = [],
  small: number = smallFiles,
): Promise<void> {
  for (const [name, size] of awkwardFiles) {
    if (!leaveOut.includes(name)) await put(join(root, "awkward", name), randomBytes(size));
  }
  for (let i = 0; i < small; i++)
    await put(join(root, "small", `folder-${i % 10}`, `file-${i}.txt`), Buffer.from(`file ${i}\n`.repeat(i % 17)));
}

async function put(path: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** One line a file: its path and the SHA-256 of what is in it. */
export async function digestTree(root: string): Promise<string> {
  const lines: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith(".twinport-")) continue;
    const path = join(entry.parentPath, entry.name);
    lines.push(
      `${createHash("sha256")
        .update(await readFile(path))
        .digest("hex")} ${relative(root, path)}`,
    );
  }
  return lines.sort().join("\n");
}
