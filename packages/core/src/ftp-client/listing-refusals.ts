/**
 * What servers say in words about a listing where the reply's code does not tell, or tells the opposite: that a directory
 * is empty, by a refusal; and that it cannot be read, by a success or by a line in the listing itself.
 */
import type { ReceivedReply } from "../protocol/index.ts";

/** Refusals that mean an empty directory. One row for each kind of server. */
const emptyTexts: readonly RegExp[] = [
  // GNU inetutils and other descendants of BSD's server, to NLST.
  /no (?:files|entries)(?: were)? found/i,
  // z/OS, to LIST and NLST of data sets, of a library's members and of JES.
  /no (?:data ?sets|members|jobs)(?: were)? found/i,
];

/** What a refusal says that is not sure itself: `No files found or invalid directory or permission problem` (VxWorks). */
const doubt = /\b(?:invalid|permission|denied|no such|not exist|error|failed)\b/i;

/** Whether a refusal of a listing means that the directory is empty. */
export function meansEmpty({ code, text }: Pick<ReceivedReply, "code" | "text">): boolean {
  if (code !== 550 && code !== 450) return false;
  return !doubt.test(text) && emptyTexts.some((known) => known.test(text));
}

/** The words of a listing that failed, in the completion reply (226, 250) or in a line of the listing. */
const failures: readonly RegExp[] = [
  // vsftpd: "Transfer done (but failed to open directory)."
  /\bfailed to (?:open|read|list|access|change)\b/i,
  // Pure-FTPd: "Sorry, we were unable to read [x]".
  /\bunable to (?:open|read|list|access)\b/i,
  // GNU's and BSD's ls, and whoever hands on what the system told.
  /\b(?:can ?not|can't|could ?n[o']t) (?:open|read|list|access|find|stat|be (?:opened|read|listed|accessed))\b/i,
  /\bpermission denied\b|\baccess (?:is )?denied\b|\boperation not permitted\b|\bnot (?:authori[sz]ed|permitted|allowed)\b/i,
  /\bno such (?:file|directory|folder|path)\b|\b(?:file|directory|folder|path) (?:was |is )?not found\b/i,
  /\b(?:input\/output error|stale (?:nfs )?file handle|too many (?:levels|open files)|not a directory)\b/i,
  // Pure-FTPd: "Output truncated to 10000 matches".
  /\btruncated\b|\bincomplete\b|\b(?:listing|transfer|output) (?:was )?(?:aborted|failed|interrupted)\b/i,
];

function fails(text: string): boolean {
  return failures.some((known) => known.test(text));
}

/**
 * Whether the completion reply of a listing says that the listing failed, or is not whole.
 *
 * @param path - The directory that was asked for: its name may hold any of the words.
 */
export function tellsFailure({ text }: Pick<ReceivedReply, "text">, path: string | undefined): boolean {
  const told = (path === undefined || path === "" ? text : text.replaceAll(path, "")).replace(/"[^"\n]*"/g, "");
  return fails(told.slice(0, longest));
}

/** Characters that are looked at. */
const longest = 4_096;

/** Whether a line that no parser knows is what a program like `ls` says of an error. */
export function isErrorLine(line: string): boolean {
  return fails(line.slice(0, longest)) || /^(?:\S*\/)?(?:ls|dir|list|usage)\b[^:]{0,40}:\s/i.test(line);
}

/**
 * How many lines the server says it sent, where it says so; Pure-FTPd: "226 16 matches total".
 */
export function toldLines({ text }: Pick<ReceivedReply, "text">): number | undefined {
  const count = /^(\d{1,9}) matches total\s*$/im.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}
