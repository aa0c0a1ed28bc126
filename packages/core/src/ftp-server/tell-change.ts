/**
 * Tells the application what an account changed in its storage, but for uploads, which transfers tell. Called after
 * success only; where nobody listens, no event is made.
 */
import type { VirtualPath } from "../storage/index.ts";
import type { AttributesEvent, ChangeEvent } from "./events.ts";
import type { Session } from "./session/session.ts";

/** An entry has another path. */
export function tellRename(session: Session, from: VirtualPath, to: VirtualPath): void {
  if (session.host.hears("rename")) session.host.tell("rename", { ...change(session, "RNTO"), from, to });
}

/** A file or link is gone. */
export function tellRemove(session: Session, verb: string, path: VirtualPath): void {
  if (session.host.hears("remove")) session.host.tell("remove", { ...change(session, verb), path });
}

/** A directory was made. */
export function tellMakeDirectory(session: Session, path: VirtualPath): void {
  if (session.host.hears("make-directory")) session.host.tell("make-directory", { ...change(session, "MKD"), path });
}

/** A directory is gone. */
export function tellRemoveDirectory(session: Session, path: VirtualPath): void {
  if (session.host.hears("remove-directory")) {
    session.host.tell("remove-directory", { ...change(session, "RMD"), path });
  }
}

/** What was set of an entry. */
export type SetAttributes = Pick<AttributesEvent, "modified" | "accessed" | "created" | "mode">;

/** Attributes were set. */
export function tellAttributes(session: Session, verb: string, path: VirtualPath, set: SetAttributes): void {
  if (session.host.hears("attributes")) session.host.tell("attributes", { ...change(session, verb), path, ...set });
}

/** A file was copied. @param size - Size of the copy, in bytes. */
export function tellCopy(session: Session, from: VirtualPath, to: VirtualPath, size: number): void {
  if (session.host.hears("copy")) session.host.tell("copy", { ...change(session, "SITE COPY"), from, to, size });
}

/** Files were appended to another. @param size - Size of that file now, in bytes. */
export function tellCombine(session: Session, parts: readonly VirtualPath[], to: VirtualPath, size: number): void {
  if (session.host.hears("combine")) session.host.tell("combine", { ...change(session, "COMB"), parts, to, size });
}

/** A symbolic link was made. */
export function tellLink(session: Session, path: VirtualPath, target: VirtualPath): void {
  if (session.host.hears("link")) session.host.tell("link", { ...change(session, "SITE SYMLINK"), path, target });
}

function change(session: Session, verb: string): ChangeEvent {
  return { ...session.event(), account: session.account.name, verb };
}
