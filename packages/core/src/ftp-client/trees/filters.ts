/** The filters of a tree, compiled once. */
import { compileGlob } from "../../storage/index.ts";
import type { TreeFilter, TreeSelection, WalkedEntry } from "./tree-options.ts";

type Test = (entry: WalkedEntry) => boolean;

/** What is taken of a tree. */
export interface Sieve {
  /** Whether an entry is left out, and what is in it. */
  excludes(entry: WalkedEntry): boolean;
  /** Whether something that is no folder is taken. */
  includes(entry: WalkedEntry): boolean;
  /** Whether folders are wanted for themselves, or only for what is taken in them. */
  readonly keepsFolders: boolean;
}

/** @throws RangeError for a pattern that is too long. */
export function makeSieve({ include, exclude = [] }: TreeSelection): Sieve {
  const wanted = include?.map(compile);
  const unwanted = exclude.map(compile);
  return {
    excludes: (entry) => unwanted.some((test) => test(entry)),
    includes: (entry) => wanted === undefined || wanted.some((test) => test(entry)),
    keepsFolders: wanted === undefined,
  };
}

function compile(filter: TreeFilter): Test {
  if (typeof filter === "function") return filter;
  const foldersOnly = filter.length > 1 && filter.endsWith("/");
  const pattern = foldersOnly ? filter.slice(0, -1) : filter;
  const anywhere = !pattern.includes("/");
  const matches = compileGlob(pattern.startsWith("/") ? pattern.slice(1) : pattern);
  return ({ relative, entry }) =>
    (!foldersOnly || entry.kind === "directory") && matches(anywhere ? entry.name : relative);
}
