/** A tree of small files with names of all scripts, for mirrors; and changes to it. */
import { createHash } from "node:crypto";
import { mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Names that servers, listings or patterns trip over. */
const names = [
  "plain.txt",
  "with space",
  "räksmörgås",
  "e\u0301te\u0301",
  "Кириллица",
  "Ελληνικά",
  "עברית",
  "العربية",
  "हिन्दी",
  "ไทย",
  "日本語",
  "한국어",
  "简体字",
  "🚀 emoji",
  "it's",
  'say "hi"',
  "[brackets]",
  "-dash",
  "100%",
  "#hash;semi",
] as const;

/** A tree on disk. */
export interface MirrorTree {
  readonly root: string;
  readonly files: readonly string[];
  readonly folders: number;
}

/** Seconds since 1970 when the files were written: long enough ago for listings without a time of day. */
const written = 1_577_934_245;

const nameOf = (i: number): string => `${names[i % names.length] ?? ""}${i < names.length ? "" : ` ${i}`}`;

/** Makes a tree: folders two deep, the files shared out among them. */
export async function makeMirrorTree(root: string, files: number, folders: number): Promise<MirrorTree> {
  const paths: string[] = [];
  const places: string[] = [];
  const above = Math.max(1, Math.ceil(Math.sqrt(folders)));
  for (let i = 0; i < folders; i++) {
    const upper = nameOf(i % above);
    places.push(i < above ? upper : `${upper}/${nameOf(i)}`);
  }
  for (const place of places) await mkdir(join(root, place), { recursive: true });
  for (let i = 0; i < files; i++) {
    const path = `${places[i % places.length] ?? ""}/f ${nameOf(i)}`;
    await write(root, path, contentOf(i, 1), written + i);
    paths.push(path);
  }
  return { root, files: paths, folders: places.length };
}

/** Octets that differ from file to file, now and then some more than one read. */
function contentOf(i: number, version: number): Buffer {
  const block = createHash("sha256").update(`${i} ${version}`).digest();
  return i % 97 === 96 ? Buffer.alloc(300_000, block) : block.subarray(0, i % 33);
}

async function write(root: string, path: string, content: Uint8Array, seconds: number): Promise<void> {
  await writeFile(join(root, path), content);
  await utimes(join(root, path), seconds, seconds);
}

/** What `changeTree` did. */
export interface TreeChanges {
  /** Files that are to move: changed, new, and those of a folder with a new name. */
  readonly copied: number;
  readonly removed: number;
}

/** Changes a tree: contents of other sizes, and of the same where the target tells them apart by their times. */
export async function changeTree(tree: MirrorTree, sameSize: boolean): Promise<TreeChanges> {
  const { root, files } = tree;
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = files.slice(5);
  await write(root, first, Buffer.from("longer than all of them were before, by some words"), written + 900_000);
  await write(root, second, Buffer.alloc(400_000, 7), written + 900_000);
  if (sameSize) await write(root, fifth, contentOf(9, 2), written + 900_000);
  await rm(join(root, third));
  await write(root, `${fourth} new`, Buffer.from("new"), written);
  await rename(join(root, fourth), join(root, `${fourth} renamed`));
  return { copied: sameSize ? 5 : 4, removed: 2 };
}
