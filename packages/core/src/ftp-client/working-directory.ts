/**
 * The session's working directory: asked for once, and left only for the time that something is done elsewhere
 * (RFC 959 §4.1.1, CWD).
 */
import { compileGlob, parseQuotedPath, type ReceivedReply } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError } from "./errors.ts";

/** What came of an attempt to work in a directory. */
export type Visit<T> =
  | { readonly entered: true; readonly result: T }
  /** The server does not let us in. */
  | { readonly entered: false; readonly refusal: ReceivedReply }
  /** There is no way back, so the directory was not entered: the server does not tell where it is, or has no CWD. */
  | { readonly entered: false; readonly refusal: undefined };

const cannot: Visit<never> = { entered: false, refusal: undefined };

/** Where the session is; undefined where the server does not tell. */
export async function workingDirectory(context: ClientContext): Promise<string | undefined> {
  const { control, known } = context;
  if (known.directory !== undefined || known.hidesDirectory) return known.directory;
  const reply = await control.command("PWD");
  known.directory = reply.code === 257 ? parseQuotedPath(reply.text) : undefined;
  known.hidesDirectory = known.directory === undefined;
  return known.directory;
}

/** Whether a reply says that the server does not have the command (RFC 959 §4.2). */
function isUnknownCommand({ code }: ReceivedReply): boolean {
  return code === 500 || code === 502 || code === 504;
}

/** Forgets where the session is: a command of the caller's may have changed it. */
export function forgetDirectory({ known }: ClientContext): void {
  known.directory = undefined;
  known.hidesDirectory = false;
}

/**
 * Runs something in a directory, and goes back. A session that cannot go back is closed: everything after it would happen
 * in the wrong place.
 *
 * @param tried - What it is for, in errors.
 */
export async function inDirectory<T>(
  context: ClientContext,
  path: string,
  tried: string,
  run: () => Promise<T>,
): Promise<Visit<T>> {
  const here = await workingDirectory(context);
  if (here === undefined) return cannot;
  const { control, known } = context;
  const reply = await control.command("CWD", path);
  if (isUnknownCommand(reply)) return cannot;
  if (reply.code >= 300 || reply.code < 200) return { entered: false, refusal: reply };
  known.directory = undefined;
  try {
    if (!(await isThere(context, path))) return { entered: false, refusal: elsewhere };
    return { entered: true, result: await run() };
  } finally {
    if (!control.closed) await goBack(context, here, tried);
  }
}

async function goBack({ control, known }: ClientContext, here: string, tried: string): Promise<void> {
  const back = await control.command("CWD", here);
  if (back.code >= 200 && back.code < 300) known.directory = here;
  else control.destroy(new FtpReplyError(`${tried}, going back to ${here}`, back, "CWD"));
}

/** Characters that some servers take for a pattern, or drop at the ends of an argument. */
const misread = /[*?[\]{}~]|^\s|\s$|^-/;

/**
 * Whether CWD led to the directory that was meant. A server that takes names for patterns, or trims them, may have gone to
 * another one that has such a name.
 */
async function isThere({ control }: ClientContext, path: string): Promise<boolean> {
  const wanted = lastComponent(path);
  if (!misread.test(wanted)) return true;
  const reply = await control.command("PWD");
  const told = reply.code === 257 ? parseQuotedPath(reply.text) : undefined;
  if (told === undefined) return true;
  const got = lastComponent(told);
  // Another name that the pattern does not explain is a link's real path.
  return got === wanted || !(got === wanted.trim() || matches(wanted, got));
}

function matches(pattern: string, name: string): boolean {
  try {
    return compileGlob(pattern)(name);
  } catch {
    return false;
  }
}

/** The last component of a path; of what ends in a slash, the one before it. */
export function lastComponent(path: string): string {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1) || "/";
}

/** What the server would have said, had it not gone to another directory. */
const elsewhere: ReceivedReply = {
  code: 550,
  lines: ["the server takes this name for a pattern, and went to another directory"],
  text: "the server takes this name for a pattern, and went to another directory",
};
