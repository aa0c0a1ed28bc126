/** Operations that need no data connection, or hardly: names, sizes, times. */
import { formatCommandLine, formatTimeValue, parseMlsxLine, type ListedEntry } from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError } from "./errors.ts";
import { listEntries } from "./listing.ts";
import { plainFormat } from "./format-options.ts";
import { setFormat } from "./parameters.ts";
import { timeOfReply } from "./time-reply.ts";
import { forgetDirectory, inDirectory } from "./working-directory.ts";

/** Sends a command that must be answered 2xx. @throws FtpReplyError. */
export async function command(
  context: ClientContext,
  verb: string,
  argument: string | undefined,
  tried: string,
): Promise<void> {
  const reply = await context.control.command(verb, argument);
  if (reply.code >= 300 || reply.code < 200) throw new FtpReplyError(tried, reply, verb);
}

/** CWD. Where the session is afterwards is the server's to say. */
export async function changeDirectory(context: ClientContext, path: string): Promise<void> {
  forgetDirectory(context);
  await command(context, "CWD", path, `Changing to ${path}`);
}

/** RNFR and RNTO. */
export async function rename(context: ClientContext, from: string, to: string): Promise<void> {
  const tried = `Renaming ${from} to ${to}`;
  // What cannot be sent is refused before the server waits for it.
  formatCommandLine("RNTO", to);
  const reply = await context.control.command("RNFR", from);
  if (reply.code !== 350) throw new FtpReplyError(tried, reply, "RNFR");
  await command(context, "RNTO", to, tried);
}

/** MKD; with `recursive` from the top down, where what is there already is passed over. */
export async function makeDirectory(context: ClientContext, path: string, recursive: boolean): Promise<void> {
  const tried = `Making ${path}`;
  if (!recursive) return command(context, "MKD", path, tried);
  const components = path.split("/");
  for (let i = 1; i <= components.length; i++) {
    const above = components.slice(0, i).join("/");
    if (above === "" || above === ".") continue;
    const reply = await context.control.command("MKD", above);
    if (reply.code < 300 || i < components.length) continue;
    if (!(await isDirectory(context, path))) throw new FtpReplyError(tried, reply, "MKD");
  }
}

async function isDirectory(context: ClientContext, path: string): Promise<boolean> {
  try {
    return (await stat(context, path)).kind === "directory";
  } catch (error) {
    if (error instanceof FtpReplyError) return false;
    throw error;
  }
}

/** SIZE in TYPE I; undefined when the server does not tell. */
export async function size(context: ClientContext, path: string): Promise<number | undefined> {
  await setFormat(context, plainFormat.format, plainFormat.options);
  const reply = await context.control.command("SIZE", path);
  return reply.code === 213 ? parseCount(reply.text) : undefined;
}

/** As `size`, but undefined only when nothing is there; else what cannot be told is an error. */
export async function sizeOrMissing(context: ClientContext, path: string): Promise<number | undefined> {
  await setFormat(context, plainFormat.format, plainFormat.options);
  const reply = await context.control.command("SIZE", path);
  if (reply.code === 213) return parseCount(reply.text);
  if (reply.code === 550 || reply.code === 450) return undefined;
  throw new FtpReplyError(`Looking at ${path}`, reply, "SIZE");
}

function parseCount(text: string): number | undefined {
  const match = /\d{1,16}/.exec(text);
  return match === null ? undefined : Number(match[0]);
}

/** MDTM, in milliseconds; undefined when the server does not tell. */
export async function modifiedTime(context: ClientContext, path: string): Promise<number | undefined> {
  return timeOfReply(await context.control.command("MDTM", path));
}

/** MFMT, or MDTM's setting form, or SITE UTIME: the first that the server takes. */
export async function setTime(context: ClientContext, path: string, modified: number): Promise<void> {
  const time = formatTimeValue(Math.floor(modified / 1000) * 1000);
  const tried = `Setting the time of ${path}`;
  if (context.features.has("MFMT")) return command(context, "MFMT", `${time} ${path}`, tried);
  // SITE UTIME has seconds on some servers only.
  for (const [verb, argument] of [
    ["MDTM", `${time} ${path}`],
    ["SITE", `UTIME ${time} ${path}`],
  ] as const) {
    const reply = await context.control.command(verb, argument);
    if (reply.code >= 200 && reply.code < 300) return;
  }
  await command(context, "SITE", `UTIME ${time.slice(0, 12)} ${path}`, tried);
}

/** Replies to MLST that do not say whether anything is there. */
const looksAgain: ReadonlySet<number> = new Set([500, 501, 502, 503, 504]);

/** MLST, or SIZE and MDTM, or the listing of the folder above. */
export async function stat(context: ClientContext, path: string): Promise<ListedEntry> {
  const tried = `Looking at ${path}`;
  if (context.features.has("MLST")) {
    const reply = await context.control.command("MLST", path);
    // Some servers say 501 where nothing is there, others where they have no MLST after all: another look tells.
    if (reply.code !== 250 && !looksAgain.has(reply.code)) throw new FtpReplyError(tried, reply, "MLST");
    // A line without facts tells nothing (RFC 3659 §7.2).
    const entry = reply.lines
      .slice(1, -1)
      .map(parseMlsxLine)
      .find((found) => (found?.facts?.size ?? 0) > 0);
    if (reply.code === 250 && entry !== undefined) return { ...entry, name: nameOfFacts(entry.name, path) };
  }
  return statWithoutFacts(context, path, tried);
}

/** The name in MLST's reply; some servers put more than the one blank before it (RFC 3659 §7.2). */
function nameOfFacts(told: string, path: string): string {
  const asked = baseOf(path);
  const name = baseOf(told);
  return baseOf(told.trimStart()) === asked ? asked : name;
}

async function statWithoutFacts(context: ClientContext, path: string, tried: string): Promise<ListedEntry> {
  await setFormat(context, plainFormat.format, plainFormat.options);
  const sized = await context.control.command("SIZE", path);
  if (sized.code === 213) {
    const octets = parseCount(sized.text);
    const modified = await modifiedTime(context, path);
    return {
      name: baseOf(path),
      kind: "file",
      ...(octets === undefined ? {} : { size: octets }),
      ...(modified === undefined ? {} : { modified, timePrecision: "second" as const }),
      raw: "",
    };
  }
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "" || trimmed === ".") return { name: baseOf(path), kind: "directory", raw: "" };
  if (await canEnter(context, trimmed)) return { name: baseOf(trimmed), kind: "directory", raw: "" };
  const slash = trimmed.lastIndexOf("/");
  const parent = slash === -1 ? undefined : slash === 0 ? "/" : trimmed.slice(0, slash);
  const found = (await listAbove(context, parent, tried)).find(({ name }) => name === baseOf(trimmed));
  if (found !== undefined) return found;
  // Of what is not there some servers say that it is no plain file, others that the argument is wrong.
  const saysWhy = sized.code >= 400 && !looksAgain.has(sized.code) && !/not a plain file/i.test(sized.text);
  throw new FtpReplyError(tried, saysWhy ? sized : missing, "SIZE");
}

/** The directory that a path is looked for in. @throws FtpReplyError that nothing is there where it is not there itself. */
async function listAbove(context: ClientContext, parent: string | undefined, tried: string): Promise<ListedEntry[]> {
  try {
    return await listEntries(context, parent, tried, undefined);
  } catch (error) {
    // A refusal may mean that the directory is missing as well as that it cannot be read.
    if (parent !== undefined && error instanceof FtpReplyError) await statWithoutFacts(context, parent, tried);
    throw error;
  }
}

/** Whether a path is a directory, found out by going there and back: what every server can. */
async function canEnter(context: ClientContext, path: string): Promise<boolean> {
  return (await inDirectory(context, path, `Looking at ${path}`, () => Promise.resolve())).entered;
}

/** What a server without SIZE would have said. */
const missing = { code: 550, lines: ["no such file or directory"], text: "no such file or directory" };

function baseOf(path: string): string {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1) || "/";
}
