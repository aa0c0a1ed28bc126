/** Functions of `node:fs/promises` for paths that may hold octets that are no UTF-8 (`hostPath`), as the journal needs them. */
import type { Stats } from "node:fs";
import fs from "node:fs/promises";
import { decodeOctetText } from "../../protocol/index.ts";
import { hostPath } from "../local-files/host-path.ts";

export async function appendFile(path: string, text: string): Promise<void> {
  await fs.appendFile(hostPath(path), text);
}

export async function mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<void> {
  await fs.mkdir(hostPath(path), options);
}

/** Names as `decodeOctetText` has them. */
export async function readdir(path: string): Promise<string[]> {
  const names = await fs.readdir(hostPath(path), "latin1");
  return names.map((name) => decodeOctetText(Buffer.from(name, "latin1")));
}

/** As `readdir`, and which of them are directories; links are none. */
export async function readdirWithKinds(path: string): Promise<{ name: string; isDirectory: boolean }[]> {
  const entries = await fs.readdir(hostPath(path), { withFileTypes: true, encoding: "latin1" });
  return entries.map((entry) => ({
    name: decodeOctetText(Buffer.from(entry.name, "latin1")),
    isDirectory: entry.isDirectory(),
  }));
}

export async function open(path: string, flags: string | number): Promise<fs.FileHandle> {
  return fs.open(hostPath(path), flags);
}

export async function stat(path: string): Promise<Stats> {
  return fs.stat(hostPath(path));
}

export async function readFile(path: string, encoding: "utf8"): Promise<string> {
  return fs.readFile(hostPath(path), encoding);
}

export async function rm(path: string, options: { readonly force: true }): Promise<void> {
  await fs.rm(hostPath(path), options);
}

export async function rmdir(path: string): Promise<void> {
  await fs.rmdir(hostPath(path));
}

export async function unlink(path: string): Promise<void> {
  await fs.unlink(hostPath(path));
}

export async function writeFile(
  path: string,
  text: string,
  options: { readonly mode?: number; readonly flag?: "wx" } = {},
): Promise<void> {
  await fs.writeFile(hostPath(path), text, options);
}
