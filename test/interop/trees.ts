/** A tree of files that shows what peers get wrong, and its likeness as one text to compare. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { entriesBelow } from "../../packages/core/test/support/entries-below.ts";

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
  for (const entry of await entriesBelow(root)) {
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

/** Words of many scripts, for names: left to right, right to left, with marks of their own, beyond 16 bits. */
const words: readonly string[] = [
  "latin é",
  "ελληνικά",
  "кириллица",
  "հայերեն",
  "ქართული",
  "עברית",
  "العربية",
  "हिन्दी",
  "বাংলা",
  "தமிழ்",
  "ไทย",
  "ລາວ",
  "မြန်မာ",
  "ខ្មែរ",
  "བོད་ཡིག",
  "አማርኛ",
  "ᏣᎳᎩ",
  "ᠮᠣᠩᠭᠣᠯ",
  "한국어",
  "ひらがな",
  "カタカナ",
  "漢字",
  "ᚠᚢᚦᚨᚱᚲ",
  "𐌲𐌿𐍄𐌹𐍃𐌺",
  "😀👩‍👩‍👧",
];

/**
 * Makes a tree of small files, ten in a folder, with names of all scripts, ten folders in one at the top.
 *
 * @param folders - How many folders hold files.
 */
export async function makeWideTree(root: string, folders: number): Promise<void> {
  for (let folder = 0; folder < folders; folder++) {
    const path = join(
      root,
      `${words[folder % 10]} ${Math.floor(folder / 10)}`,
      `${words[folder % words.length]} ${folder}`,
    );
    await mkdir(path, { recursive: true });
    for (let i = 0; i < 10; i++) {
      const word = words[(folder + i * 3) % words.length];
      await writeFile(join(path, `${word}-${i}.txt`), `${word} ${folder} ${i}\n`.repeat((folder * 10 + i) % 97));
    }
  }
}
