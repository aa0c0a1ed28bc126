/** Functions of `node:fs/promises` for paths that may hold octets that are no UTF-8 (`hostPath`), as the journal needs them. */
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
  options: { readonly mode: number; readonly flag?: "wx" },
): Promise<void> {
  await fs.writeFile(hostPath(path), text, options);
}
