/**
 * Names that this storage keeps for itself: unfinished uploads beside their targets, and the journal. They are left out
 * of listings and cannot be named by users.
 *
 *     .twinport-<instance, 12 hex>-<random, 16 hex>.part
 *     .twinport-journal
 */
import { randomBytes, randomUUID } from "node:crypto";
import type { VirtualPath } from "../virtual-path.ts";

/** The journal's folder in the root. */
export const journalName = ".twinport-journal";

const part = /^\.twinport-([0-9a-f]{12})-[0-9a-f]{16}\.part$/;
const hidden = /^\.twinport-(?:[0-9a-f]{12}-[0-9a-f]{16}\.part|journal)$/;

/** Whether a name is one of this storage's own. */
export function isHidden(name: string): boolean {
  return name.startsWith(".twinport-") && hidden.test(name);
}

/** Whether any component of a path is one of this storage's own names. */
export function hasHidden(path: VirtualPath): boolean {
  return path.includes("/.twinport-") && path.split("/").some(isHidden);
}

/** A new instance's name. */
export function makeInstance(): string {
  return randomBytes(6).toString("hex");
}

/** The instance that an unfinished upload of this name belongs to; undefined for other names. */
export function instanceOfPart(name: string): string | undefined {
  return name.startsWith(".twinport-") ? part.exec(name)?.[1] : undefined;
}

/** A name for an unfinished upload. */
export function makePartName(instance: string): string {
  // Of a stock of random octets, where randomBytes asks for new ones each time.
  const id = randomUUID();
  return `.twinport-${instance}-${id.slice(0, 8)}${id.slice(-8)}.part`;
}
