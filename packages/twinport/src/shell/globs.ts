/** Patterns of paths, of the server and of this machine: `*`, `?`, `[a-z]`, each in one component, and `{a,b}`. */
import { readdir } from "node:fs/promises";
import { join as joinLocal, resolve } from "node:path";
import { compileGlob } from "@twinport/core/protocol";
import type { FtpClient } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import { joinRemote } from "../remote/remote-path.ts";

/** Folders that a pattern may look into, and alternatives that its braces may have. */
export const globFolderLimit = 10_000;
export const braceLimit = 1_000;

/** What a pattern found. */
export interface Found {
  readonly path: string;
  readonly folder: boolean;
}

/** What is in a folder. */
type Lister = (folder: string) => Promise<readonly { readonly name: string; readonly folder: boolean }[]>;

/** Whether a pattern is one, rather than a name with `\` before what is meant itself. */
export function isPattern(pattern: string): boolean {
  return /[*?[{]/.test(pattern.replace(/\\[^]/g, ""));
}

/** A pattern that is none, as the name it means. */
export function literal(pattern: string): string {
  return pattern.replace(/\\([^])/g, "$1");
}

/** Each alternative of `{a,b}`, braces within braces too. @throws UsageError for too many. */
export function expandBraces(pattern: string): string[] {
  const group = findGroup(pattern);
  if (group === undefined) return [pattern];
  const { start, end, parts } = group;
  const all = parts.flatMap((part) => expandBraces(`${pattern.slice(0, start)}${part}${pattern.slice(end)}`));
  if (all.length > braceLimit) throw new UsageError(`{ } may have ${braceLimit} alternatives`);
  return all;
}

/** The first group that is closed and has a comma. */
function findGroup(pattern: string): { start: number; end: number; parts: string[] } | undefined {
  for (let start = 0; start < pattern.length; start++) {
    if (pattern[start] === "\\") start++;
    else if (pattern[start] === "{") {
      const parts = readGroup(pattern, start + 1);
      if (parts !== undefined && parts.parts.length > 1) return { start, ...parts };
    }
  }
  return undefined;
}

function readGroup(pattern: string, start: number): { end: number; parts: string[] } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let begin = start;
  for (let at = start; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "," && depth === 0) {
      parts.push(pattern.slice(begin, at));
      begin = at + 1;
    } else if (character === "}" && depth-- === 0) {
      return { end: at + 1, parts: [...parts, pattern.slice(begin, at)] };
    }
  }
  return undefined;
}

/** What a pattern finds on the server; a name without a pattern is itself. */
export function globRemote(client: FtpClient, pattern: string, signal?: AbortSignal): Promise<Found[]> {
  const options = signal === undefined ? {} : { signal };
  return glob(pattern, joinRemote, async (folder) => {
    const entries = await client.list(folder === "" ? undefined : folder, options);
    return entries
      .filter(({ name }) => name !== "." && name !== ".." && !name.includes("/"))
      .map(({ name, kind }) => ({ name, folder: kind === "directory" }));
  });
}

/** What a pattern finds here, below `folder` where it begins with no `/`. */
export function globLocal(pattern: string, folder: string): Promise<Found[]> {
  return glob(pattern, joinLocal, async (inside) => {
    const entries = await readdir(resolve(folder, inside), { withFileTypes: true }).catch(() => []);
    return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
  });
}

async function glob(pattern: string, join: (a: string, b: string) => string, list: Lister): Promise<Found[]> {
  const found: Found[] = [];
  let folders = 0;
  const counted: Lister = (folder) => {
    if (++folders > globFolderLimit) throw new UsageError(`A pattern may look into ${globFolderLimit} folders`);
    return list(folder);
  };
  for (const each of expandBraces(pattern)) {
    if (!/[*?[]/.test(each.replace(/\\[^]/g, ""))) found.push({ path: literal(each), folder: false });
    else found.push(...(await walk(each, join, counted)));
  }
  return found;
}

async function walk(pattern: string, join: (a: string, b: string) => string, list: Lister): Promise<Found[]> {
  const absolute = /^\/+/.exec(pattern)?.[0] ?? "";
  const components = pattern.slice(absolute.length).split(/\/+/).filter(Boolean);
  let places: Found[] = [{ path: absolute === "" ? "" : "/", folder: true }];
  for (const [index, component] of components.entries()) {
    const last = index === components.length - 1;
    const next: Found[] = [];
    for (const place of places) {
      if (!/[*?[]/.test(component.replace(/\\[^]/g, ""))) {
        next.push({ path: join(place.path, literal(component)), folder: !last });
        continue;
      }
      const matches = compileGlob(component);
      const entries = (await list(place.path)).filter(({ name, folder }) => matches(name) && (last || folder));
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      next.push(...entries.map(({ name, folder }) => ({ path: join(place.path, name), folder })));
    }
    places = next;
  }
  return places;
}
