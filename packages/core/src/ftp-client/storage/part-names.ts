/**
 * Names of uploads that are not whole yet, beside their targets. Listings leave them out, so that no other program that
 * works with the same server by this storage takes one for a file.
 *
 *     .upload-<random, 16 hex>.part
 */
import { randomUUID } from "node:crypto";
import type { VirtualPath } from "../../storage/index.ts";
import { beside } from "./server-path.ts";

const part = /^\.upload-[0-9a-f]{16}\.part$/;

/** Whether a name is that of an upload under way, or of what one left. */
export function isPartName(name: string): boolean {
  return part.test(name);
}

/** A name for an upload to `path`. */
export function makePartPath(path: VirtualPath): VirtualPath {
  return beside(path, `.upload-${random()}.part`);
}

/** A name for what is put aside while another file takes its place. It is listed: should it stay, somebody will want it. */
export function makeAsidePath(path: VirtualPath): VirtualPath {
  return beside(path, `.upload-${random()}.old`);
}

/** 16 hexadecimal digits, of a stock of random octets, where randomBytes asks for new ones each time. */
function random(): string {
  const id = randomUUID();
  return `${id.slice(0, 8)}${id.slice(-8)}`;
}
