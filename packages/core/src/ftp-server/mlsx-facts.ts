/** Which facts MLST and MLSD tell in a session, and what an account may do with an entry (RFC 3659 §7.5, §7.9). */
import { readWrite } from "../accounts/index.ts";
import { defaultMlsxFacts, formatMlsxLine, formatPermissions } from "../protocol/index.ts";
import type { Entry } from "../storage/index.ts";
import type { Session } from "./session/session.ts";

const defaults: ReadonlySet<string> = new Set(defaultMlsxFacts);

/** The facts that OPTS MLST chose in this session, or the default ones. */
export function chosenFacts(session: Session): ReadonlySet<string> {
  return session.facts ?? defaults;
}

/** Makes the formatter of a listing's lines: what holds for all of them is looked up once. */
export function mlsxFormatter(session: Session, spaceBefore: boolean): (entry: Entry) => string {
  const facts = [...chosenFacts(session)];
  const allowed = session.account.permissions ?? readWrite;
  const ofFile = formatPermissions("file", allowed);
  const ofDirectory = formatPermissions("directory", allowed);
  return (entry) =>
    formatMlsxLine({ ...entry, permissions: entry.kind === "directory" ? ofDirectory : ofFile }, facts, spaceBefore);
}
