/**
 * Hashes of the server's files: HASH where the server has it (draft-bryan-ftp-hash), else one of the X-verbs that servers
 * had before it. What FEAT tells decides; nothing is tried out.
 */
import {
  byteRangeArgument,
  hashAlgorithms,
  toHashAlgorithm,
  type HashAlgorithm,
  type ReceivedReply,
} from "../protocol/index.ts";
import type { ClientContext } from "./client-context.ts";
import { FtpReplyError, FtpTransferError } from "./errors.ts";
import { plainFormat } from "./format-options.ts";
import { setFormat } from "./parameters.ts";
import type { OperationOptions } from "./transfer-options.ts";
import { abortTimeout } from "./resynchronise.ts";

/** Options of `FtpClient.hash`. */
export interface RemoteHashOptions extends OperationOptions {
  /** Default: the strongest that the server offers. */
  readonly algorithm?: HashAlgorithm;
  /** The first octet that is meant, and the one after the last. Default: the whole file. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** A hash that the server told. */
export interface RemoteHash {
  readonly algorithm: HashAlgorithm;
  /** Lower-case hexadecimal digits. */
  readonly digits: string;
  /** The verb that it was asked by. */
  readonly verb: string;
}

/** A verb, and the algorithm that it tells. */
export interface HashChoice {
  readonly verb: string;
  readonly algorithm: HashAlgorithm;
}

const byVerb: readonly HashChoice[] = [
  { verb: "XSHA512", algorithm: "SHA-512" },
  { verb: "XSHA256", algorithm: "SHA-256" },
  { verb: "XSHA1", algorithm: "SHA-1" },
  { verb: "XMD5", algorithm: "MD5" },
  { verb: "XCRC", algorithm: "CRC32" },
];

const digitsOf: Readonly<Record<HashAlgorithm, number>> = {
  "SHA-512": 128,
  "SHA-256": 64,
  "SHA-1": 40,
  MD5: 32,
  CRC32: 8,
};

/** The strongest hash that the server offers; undefined without any. */
export function chooseHash(
  features: ReadonlyMap<string, string>,
  wanted: HashAlgorithm | undefined,
  partial: boolean,
): HashChoice | undefined {
  const suits = ({ algorithm }: HashChoice): boolean => wanted === undefined || wanted === algorithm;
  const offered = hashNames(features).map(({ algorithm }) => algorithm);
  const strongest = hashAlgorithms
    .filter((algorithm) => offered.includes(algorithm))
    .map((algorithm) => ({ verb: "HASH", algorithm }))
    .find(suits);
  // A part is told by HASH only together with RANG.
  if (strongest !== undefined && (!partial || features.has("RANG"))) return strongest;
  return byVerb.find((choice) => features.has(choice.verb) && suits(choice));
}

/** `SHA-256*;SHA-512;…`: an asterisk marks the one that is told now. */
function hashNames(features: ReadonlyMap<string, string>): { algorithm: HashAlgorithm; chosen: boolean }[] {
  return (features.get("HASH") ?? "").split(";").flatMap((name) => {
    const algorithm = toHashAlgorithm(name.trim().replace(/\*$/, ""));
    return algorithm === undefined ? [] : [{ algorithm, chosen: name.trim().endsWith("*") }];
  });
}

/** As `FtpClient.hash`. @throws FtpTransferError `no-hash`; FtpReplyError. */
export async function remoteHash(
  context: ClientContext,
  path: string,
  options: RemoteHashOptions,
): Promise<RemoteHash> {
  const { algorithm: wanted, range } = options;
  const tried = `Asking for the hash of ${path}`;
  const choice = chooseHash(context.features, wanted, range !== undefined);
  if (choice === undefined) throw noHash(tried, wanted);
  if (range !== undefined && !(range.start >= 0 && range.end > range.start)) {
    throw new RangeError("range must hold at least one octet");
  }
  await setFormat(context, plainFormat.format, plainFormat.options);
  const { verb, algorithm } = choice;
  let argument = path;
  if (verb === "HASH") await prepareHash(context, algorithm, range, tried);
  else argument = quoted(path) + (range === undefined ? "" : ` ${range.start} ${range.end}`);
  const reply = await patientReply(context, verb, argument, tried, options.signal);
  if (reply.code >= 300 || reply.code < 200) throw new FtpReplyError(tried, reply, verb);
  const digits = digitsIn(reply.text, algorithm);
  if (digits === undefined) throw new FtpReplyError(tried, reply, verb);
  return { algorithm, digits, verb };
}

/** The error for a server that offers no hash that could be used. */
export function noHash(tried: string, wanted?: HashAlgorithm): FtpTransferError {
  return new FtpTransferError("no-hash", tried, `the server offers no ${wanted ?? "hash"}`);
}

async function prepareHash(
  context: ClientContext,
  algorithm: HashAlgorithm,
  range: RemoteHashOptions["range"],
  tried: string,
): Promise<void> {
  const { control, known, features } = context;
  known.hash ??= hashNames(features).find(({ chosen }) => chosen)?.algorithm;
  if (known.hash !== algorithm) {
    const reply = await control.command("OPTS", `HASH ${algorithm}`);
    if (reply.code >= 300) throw new FtpReplyError(tried, reply, "OPTS");
    known.hash = algorithm;
  }
  if (range === undefined) return;
  const reply = await control.command("RANG", byteRangeArgument.format(range));
  if (reply.code >= 400) throw new FtpReplyError(tried, reply, "RANG");
}

/** Some servers know no quotes: they stand only where the name needs them. */
function quoted(path: string): string {
  return /[ "]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

/** A hash takes as long as the file is large: the reply is waited for longer than others, and ABOR gives it up. */
async function patientReply(
  { control, options }: ClientContext,
  verb: string,
  argument: string,
  tried: string,
  signal: AbortSignal | undefined,
): Promise<ReceivedReply> {
  const aborted = (): FtpTransferError =>
    new FtpTransferError("aborted", tried, "it was aborted", { verb, cause: signal?.reason });
  if (signal?.aborted === true) throw aborted();
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    timer = setTimeout(() => control.destroy(aborted()), abortTimeout);
    if (!control.closed) control.sendAbort();
  };
  control.send(verb, argument);
  control.expect(verb);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const reply = await control.reply(verb, options.hashTimeout);
    if (timer === undefined) return reply;
    await control.reply("ABOR");
    throw aborted();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** The digits in a reply; undefined when there are none of this algorithm's length. */
function digitsIn(text: string, algorithm: HashAlgorithm): string | undefined {
  const length = digitsOf[algorithm];
  const named = /^\s*([A-Za-z0-9-]+)\s+\d+-\d+\s+([0-9A-Fa-f]+)(?:\s|$)/.exec(text);
  if (named?.[1] !== undefined && toHashAlgorithm(named[1]) !== algorithm) return undefined;
  const words = named?.[2] === undefined ? text.split(/[^0-9A-Za-z]+/) : [named[2]];
  // Some leave the zeros in front of a CRC out.
  const fits = (word: string): boolean =>
    /^[0-9A-Fa-f]+$/.test(word) && (word.length === length || (algorithm === "CRC32" && word.length < length));
  const found = words.find((word) => word.length === length && fits(word)) ?? words.findLast(fits);
  return found?.toLowerCase().padStart(length, "0");
}
