/**
 * The verb catalogue, wire half: for each verb its argument, its RFC, what it does and which replies it may have.
 *
 * The server's half (permission, phase, handler) lies in ftp-server/commands; the compiler demands a handler a row. HELP,
 * FEAT, the gates and the tests that walk the table all read it here. A new verb is a row, a handler and its tests.
 */
import { allocationArgument } from "./arguments/allocation.ts";
import type { ArgumentCodec } from "./arguments/argument-codec.ts";
import { byteOffsetArgument } from "./arguments/byte-offset.ts";
import { extendedAddressArgument } from "./arguments/extended-address.ts";
import { extendedPassiveArgument } from "./arguments/extended-passive.ts";
import { hostNameArgument } from "./arguments/host-name.ts";
import { hostPortArgument } from "./arguments/host-port.ts";
import { listArgument } from "./arguments/list-argument.ts";
import { modeCodeArgument } from "./arguments/mode-code.ts";
import { noArgument } from "./arguments/none.ts";
import { optionsArgument } from "./arguments/options.ts";
import { optionalPathArgument, pathArgument } from "./arguments/path.ts";
import { authArgument, bufferSizeArgument, protectionArgument } from "./arguments/security.ts";
import { siteChmodArgument } from "./arguments/site-chmod.ts";
import { siteUmaskArgument } from "./arguments/site-umask.ts";
import { siteUtimeArgument } from "./arguments/site-utime.ts";
import { methodArgument } from "./arguments/secured-method.ts";
import { structureCodeArgument } from "./arguments/structure-code.ts";
import { optionalTextArgument, textArgument } from "./arguments/text.ts";
import { timeAndPathArgument } from "./arguments/time-and-path.ts";
import { typeArgument } from "./arguments/type-code.ts";

/** The wire half of a verb. */
export interface VerbRow<T> {
  readonly argument: ArgumentCodec<T>;
  /** Where the verb is defined. */
  readonly source: string;
  /** One line for HELP and the docs. */
  readonly summary: string;
  /** The completion and intermediate codes that its source allows; preliminary ones too. */
  readonly replies: readonly number[];
  /** Its line in FEAT (RFC 2389 §3.2), where it has a fixed one. */
  readonly feature?: string;
  /** What it gives holds for the next command alone. */
  readonly oneShot?: "rename-from" | "restart-offset";
  /** A restart offset survives this verb: real clients send it between REST and the transfer. */
  readonly keepsRestart?: true;
  /** Its argument is a secret: logs and events show it redacted. */
  readonly secret?: true;
}

function row<T>(
  argument: ArgumentCodec<T>,
  source: string,
  summary: string,
  replies: readonly number[],
  more: Omit<VerbRow<T>, "argument" | "source" | "summary" | "replies"> = {},
): VerbRow<T> {
  return { argument, source, summary, replies, ...more };
}

const keepsRestart = { keepsRestart: true } as const;
/** Any command may be answered so (RFC 959 §5.4): the line was not understood, or the service goes away. */
const always = [421, 500, 501] as const;
const opening = [125, 150] as const;
const transferReplies = [
  ...opening,
  110,
  226,
  250,
  425,
  426,
  450,
  451,
  452,
  501,
  504,
  530,
  532,
  550,
  551,
  521,
  522,
  552,
  553,
  554,
  421,
  500,
];
const retrieveReplies = [...opening, 110, 226, 250, 425, 426, 450, 451, 501, 504, 521, 522, 530, 550, 554, 421, 500];
const listReplies = [...opening, 226, 250, 425, 426, 450, 451, 501, 502, 504, 521, 522, 530, 550, 421, 500];
const fileReplies = [250, 450, 451, 452, 501, 502, 530, 550, 552, 553, 421, 500];
const addressReplies = [200, 425, 501, 503, 504, 522, 530, 421, 500];

/** What the argument of each verb is once parsed. */
export interface VerbArguments {
  readonly USER: string;
  readonly PASS: string | undefined;
  readonly ACCT: string;
  readonly REIN: undefined;
  readonly HOST: string;
  readonly AUTH: Parsed<typeof authArgument>;
  readonly PBSZ: number;
  readonly PROT: Parsed<typeof protectionArgument>;
  readonly CCC: undefined;
  readonly QUIT: undefined;
  readonly CWD: string | undefined;
  readonly XCWD: string | undefined;
  readonly CDUP: undefined;
  readonly XCUP: undefined;
  readonly PWD: undefined;
  readonly XPWD: undefined;
  readonly MKD: string;
  readonly XMKD: string;
  readonly RMD: string;
  readonly XRMD: string;
  readonly DELE: string;
  readonly RNFR: string;
  readonly RNTO: string;
  readonly TYPE: Parsed<typeof typeArgument>;
  readonly STRU: Parsed<typeof structureCodeArgument>;
  readonly MODE: Parsed<typeof modeCodeArgument>;
  readonly PORT: Parsed<typeof hostPortArgument>;
  readonly EPRT: Parsed<typeof extendedAddressArgument>;
  readonly PASV: undefined;
  readonly EPSV: Parsed<typeof extendedPassiveArgument>;
  readonly CPSV: undefined;
  readonly SSCN: Parsed<typeof methodArgument>;
  readonly RETR: string;
  readonly STOR: string;
  readonly APPE: string;
  readonly STOU: string | undefined;
  readonly REST: number;
  readonly ALLO: Parsed<typeof allocationArgument>;
  readonly ABOR: undefined;
  readonly LIST: Parsed<typeof listArgument>;
  readonly NLST: Parsed<typeof listArgument>;
  readonly MLSD: string | undefined;
  readonly MLST: string | undefined;
  readonly STAT: Parsed<typeof listArgument>;
  readonly SIZE: string;
  readonly MDTM: string;
  readonly MFMT: Parsed<typeof timeAndPathArgument>;
  readonly HELP: string | undefined;
  readonly FEAT: undefined;
  readonly OPTS: Parsed<typeof optionsArgument>;
  readonly SYST: undefined;
  readonly NOOP: string | undefined;
  readonly SITE: string;
}

/** The name of a verb. */
export type Verb = keyof VerbArguments;

/** Every verb this project knows, in the order in which HELP shows them. */
export const verbs: { readonly [V in Verb]: VerbRow<VerbArguments[V]> } = {
  USER: row(textArgument, "RFC 959 §4.1.1", "Name the user", [230, 232, 331, 332, 530, ...always]),
  PASS: row(optionalTextArgument, "RFC 959 §4.1.1", "Give the password", [230, 202, 332, 503, 530, ...always], {
    secret: true,
  }),
  ACCT: row(textArgument, "RFC 959 §4.1.1", "Name the account", [230, 202, 503, 530, ...always], { secret: true }),
  REIN: row(noArgument, "RFC 959 §4.1.1", "Log out and start afresh", [120, 220, 502, ...always]),
  HOST: row(hostNameArgument, "RFC 7151 §3", "Name the host that is meant", [220, 502, 503, 504, 530, ...always], {
    feature: "HOST",
  }),
  AUTH: row(authArgument, "RFC 4217 §4", "Begin TLS", [234, 334, 431, 502, 503, 504, 534, ...always], {
    feature: "AUTH TLS",
  }),
  PBSZ: row(bufferSizeArgument, "RFC 4217 §9", "Set the protection buffer's size: 0", [200, 502, 503, 530, ...always], {
    feature: "PBSZ",
    keepsRestart: true,
  }),
  PROT: row(
    protectionArgument,
    "RFC 4217 §9",
    "Choose whether data goes in clear or private",
    [200, 431, 502, 503, 504, 530, 534, 536, ...always],
    { feature: "PROT", keepsRestart: true },
  ),
  CCC: row(
    noArgument,
    "RFC 4217 §5",
    "Go on in clear on the control connection",
    [200, 502, 530, 533, 534, ...always],
    {
      feature: "CCC",
    },
  ),
  QUIT: row(noArgument, "RFC 959 §4.1.1", "Log out and close", [221, ...always]),
  CWD: row(optionalPathArgument, "RFC 959 §4.1.1", "Change the working directory", [
    250,
    502,
    530,
    550,
    450,
    451,
    ...always,
  ]),
  XCWD: row(optionalPathArgument, "RFC 775", "As CWD", [250, 502, 530, 550, 450, 451, ...always]),
  CDUP: row(noArgument, "RFC 959 §4.1.1", "Change to the parent directory", [
    200,
    250,
    502,
    530,
    550,
    450,
    451,
    ...always,
  ]),
  XCUP: row(noArgument, "RFC 775", "As CDUP", [200, 250, 502, 530, 550, 450, 451, ...always]),
  PWD: row(noArgument, "RFC 959 §4.1.3", "Tell the working directory", [257, 502, 530, 550, ...always]),
  XPWD: row(noArgument, "RFC 775", "As PWD", [257, 502, 530, 550, ...always]),
  MKD: row(pathArgument, "RFC 959 §4.1.3", "Make a directory", [
    257,
    200,
    502,
    530,
    550,
    450,
    451,
    452,
    552,
    553,
    ...always,
  ]),
  XMKD: row(pathArgument, "RFC 775", "As MKD", [257, 200, 502, 530, 550, 450, 451, 452, 552, 553, ...always]),
  RMD: row(pathArgument, "RFC 959 §4.1.3", "Remove an empty directory", fileReplies),
  XRMD: row(pathArgument, "RFC 775", "As RMD", fileReplies),
  DELE: row(pathArgument, "RFC 959 §4.1.3", "Delete a file", fileReplies),
  RNFR: row(
    pathArgument,
    "RFC 959 §4.1.3",
    "Name what is to be renamed",
    [350, 450, 451, 502, 530, 550, 553, ...always],
    {
      oneShot: "rename-from",
    },
  ),
  RNTO: row(pathArgument, "RFC 959 §4.1.3", "Rename it to this", [
    250,
    450,
    451,
    452,
    502,
    503,
    530,
    532,
    550,
    552,
    553,
    ...always,
  ]),
  TYPE: row(typeArgument, "RFC 959 §4.1.2", "Set the representation type", [200, 504, 530, ...always], keepsRestart),
  STRU: row(
    structureCodeArgument,
    "RFC 959 §4.1.2",
    "Set the file structure",
    [200, 504, 530, ...always],
    keepsRestart,
  ),
  MODE: row(modeCodeArgument, "RFC 959 §4.1.2", "Set the transfer mode", [200, 504, 530, ...always], {
    keepsRestart: true,
    feature: "MODE Z",
  }),
  PORT: row(hostPortArgument, "RFC 959 §4.1.2", "Name the data port to connect to", addressReplies, keepsRestart),
  EPRT: row(extendedAddressArgument, "RFC 2428 §2", "Name the data port, any address family", addressReplies, {
    keepsRestart: true,
    feature: "EPRT",
  }),
  PASV: row(
    noArgument,
    "RFC 959 §4.1.2",
    "Ask for a data port to connect to",
    [227, 425, 502, 503, 522, 530, ...always],
    keepsRestart,
  ),
  EPSV: row(
    extendedPassiveArgument,
    "RFC 2428 §3",
    "Ask for a data port, any address family",
    [200, 229, 425, 522, 530, ...always],
    {
      keepsRestart: true,
      feature: "EPSV",
    },
  ),
  // Server-to-server transfers under TLS: no RFC has them; servers and clients have agreed on them.
  CPSV: row(
    noArgument,
    "no RFC",
    "As PASV, and be TLS's client on that data connection",
    [227, 425, 502, 503, 504, 522, 530, ...always],
    { keepsRestart: true, feature: "CPSV" },
  ),
  SSCN: row(
    methodArgument,
    "no RFC",
    "Tell or choose whether to be TLS's client on data connections",
    [200, 502, 503, 504, 530, ...always],
    { keepsRestart: true, feature: "SSCN" },
  ),
  RETR: row(pathArgument, "RFC 959 §4.1.3", "Retrieve a file", retrieveReplies),
  STOR: row(pathArgument, "RFC 959 §4.1.3", "Store a file", transferReplies),
  APPE: row(pathArgument, "RFC 959 §4.1.3", "Append to a file", transferReplies),
  STOU: row(
    optionalPathArgument,
    "RFC 959 §4.1.3",
    "Store a file under a name of the server's choice",
    transferReplies,
  ),
  REST: row(byteOffsetArgument, "RFC 3659 §5.3", "Set where the next transfer starts", [350, 502, 530, ...always], {
    oneShot: "restart-offset",
    feature: "REST STREAM",
  }),
  ALLO: row(
    allocationArgument,
    "RFC 959 §4.1.3",
    "Tell how much room the next file needs",
    [200, 202, 452, 504, 530, 552, ...always],
    keepsRestart,
  ),
  ABOR: row(noArgument, "RFC 959 §4.1.3", "Abort the transfer in progress", [225, 226, 530, ...always]),
  LIST: row(listArgument, "RFC 959 §4.1.3", "List a directory for people", listReplies),
  NLST: row(listArgument, "RFC 959 §4.1.3", "List the names in a directory", listReplies),
  MLSD: row(optionalPathArgument, "RFC 3659 §7", "List a directory for programs", listReplies),
  MLST: row(
    optionalPathArgument,
    "RFC 3659 §7",
    "Tell the facts of one name",
    [250, 450, 451, 501, 504, 530, 550, 553, 421, 500],
  ),
  STAT: row(listArgument, "RFC 959 §4.1.3", "Tell the status, or list over this connection", [
    211,
    212,
    213,
    450,
    451,
    502,
    530,
    550,
    ...always,
  ]),
  SIZE: row(pathArgument, "RFC 3659 §4", "Tell the size of a file", [213, 450, 451, 504, 530, 550, ...always], {
    keepsRestart: true,
    feature: "SIZE",
  }),
  MDTM: row(pathArgument, "RFC 3659 §3", "Tell when a file was modified", [213, 450, 451, 530, 550, ...always], {
    keepsRestart: true,
    feature: "MDTM",
  }),
  MFMT: row(
    timeAndPathArgument,
    "draft-somers-ftp-mfxx §3",
    "Set when a file was modified",
    [213, 450, 451, 502, 504, 530, 550, ...always],
    {
      feature: "MFMT",
    },
  ),
  HELP: row(optionalTextArgument, "RFC 959 §4.1.3", "Tell what the server understands", [
    211,
    214,
    502,
    504,
    ...always,
  ]),
  FEAT: row(noArgument, "RFC 2389 §3", "Tell the extensions of the server", [211, 502, ...always]),
  OPTS: row(optionsArgument, "RFC 2389 §4", "Set options of a verb", [200, 451, 501, 502, 530, ...always]),
  SYST: row(noArgument, "RFC 959 §4.1.3", "Tell the system", [215, 502, ...always]),
  NOOP: row(optionalTextArgument, "RFC 959 §4.1.3", "Do nothing", [200, ...always], keepsRestart),
  SITE: row(
    textArgument,
    "RFC 959 §4.1.3",
    "Commands of this server: see SITE HELP",
    [200, 202, 214, 450, 451, 500, 501, 502, 504, 530, 550, 553, 421],
  ),
};

type Parsed<C> = C extends ArgumentCodec<infer T> ? T : never;

/** Every verb, in the catalogue's order. */
export const verbNames: readonly Verb[] = Object.keys(verbs).filter((name): name is Verb => name in verbs);

/** What the argument of each SITE command is once parsed. */
export interface SiteVerbArguments {
  readonly CHMOD: Parsed<typeof siteChmodArgument>;
  readonly UMASK: Parsed<typeof siteUmaskArgument>;
  readonly UTIME: Parsed<typeof siteUtimeArgument>;
  readonly HELP: string | undefined;
}

/** The name of a SITE command. */
export type SiteVerb = keyof SiteVerbArguments;

/** The words that follow SITE, wire half. */
export const siteVerbs: { readonly [V in SiteVerb]: VerbRow<SiteVerbArguments[V]> } = {
  CHMOD: row(siteChmodArgument, "RFC 959 §4.1.3", "Set permission bits, in octal", [200, 501, 502, 530, 550]),
  UMASK: row(
    siteUmaskArgument,
    "RFC 959 §4.1.3",
    "Tell or set which bits new files lack, in octal",
    [200, 501, 502, 530],
  ),
  UTIME: row(siteUtimeArgument, "RFC 959 §4.1.3", "Set when a file was modified", [200, 501, 502, 530, 550]),
  HELP: row(optionalTextArgument, "RFC 959 §4.1.3", "Tell what SITE understands", [214, 501]),
};

/** Every SITE command, in the catalogue's order. */
export const siteVerbNames: readonly SiteVerb[] = Object.keys(siteVerbs).filter(
  (name): name is SiteVerb => name in siteVerbs,
);
