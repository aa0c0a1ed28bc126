/** What the shell can be set to: each setting with its name, what it means, and how it is read. */
import type { FormatOptions } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import { formatBytes } from "../remote/units.ts";

/** Types, as `type` knows them. */
export type TypeName = "ascii" | "binary" | "ebcdic" | "tenex" | "local";
/** Formats of text (RFC 959 §3.1.1.5). */
export type FormName = "non-print" | "telnet" | "carriage-control";

/** The settings. A job has a copy of its own, as they were when it began. */
export interface Settings {
  bell: boolean;
  case: boolean;
  cr: boolean;
  debug: boolean;
  editing: boolean;
  exitOnError: boolean;
  form: FormName;
  glob: boolean;
  hash: boolean;
  /** Octets that a hash mark stands for. */
  hashSize: number;
  /** Bits of a logical byte of `type local`. */
  localBits: number;
  mode: NonNullable<FormatOptions["mode"]>;
  pager: string;
  parallel: number;
  passive: boolean;
  preserve: boolean;
  progress: boolean;
  /** Whether the commands with m ask before each file. */
  prompt: boolean;
  promptText: string;
  reconnect: boolean;
  relay: boolean;
  runique: boolean;
  sendport: boolean;
  structure: NonNullable<FormatOptions["structure"]>;
  sunique: boolean;
  /** Octets a second; 0 is as many as there are. */
  throttleGet: number;
  throttlePut: number;
  trace: boolean;
  type: TypeName;
  verbose: boolean;
  verify: boolean;
}

/** The settings that a shell begins with. */
export function defaultSettings(): Settings {
  return {
    bell: false,
    case: false,
    cr: true,
    debug: false,
    editing: true,
    exitOnError: false,
    form: "non-print",
    glob: true,
    hash: false,
    hashSize: 1024,
    localBits: 8,
    mode: "stream",
    pager: process.env["PAGER"] ?? "less",
    parallel: 4,
    passive: true,
    preserve: true,
    progress: true,
    prompt: true,
    promptText: "%u@%h:%c> ",
    reconnect: true,
    relay: true,
    runique: false,
    sendport: true,
    structure: "file",
    sunique: false,
    throttleGet: 0,
    throttlePut: 0,
    trace: false,
    type: "binary",
    verbose: false,
    verify: false,
  };
}

/** A setting. */
export interface SettingSpec {
  readonly name: string;
  readonly summary: string;
  /** What it can be, where that is a short list. */
  readonly choices?: readonly string[];
  readonly show: (settings: Settings) => string;
  /** @throws UsageError for what it cannot be. */
  readonly assign: (settings: Settings, value: string) => void;
  /** As a new shell has it. */
  readonly reset: (settings: Settings) => void;
}

type KeysOf<T> = { [K in keyof Settings]: Settings[K] extends T ? K : never }[keyof Settings];
type Switch = KeysOf<boolean>;

/** What on and off are written as. */
export function readSwitch(value: string): boolean {
  if (/^(?:on|yes|true|1)$/i.test(value)) return true;
  if (/^(?:off|no|false|0)$/i.test(value)) return false;
  throw new UsageError("It is on or off");
}

/** A setting that is one value. @param read - Takes it from what was typed; throws UsageError for what it cannot be. */
function valued<K extends keyof Settings>(
  name: string,
  key: K,
  summary: string,
  { show, read, choices }: Valued<Settings[K]>,
): SettingSpec {
  return {
    name,
    summary,
    ...(choices === undefined ? {} : { choices }),
    show: (settings) => show(settings[key]),
    assign: (settings, value) => {
      settings[key] = read(value);
    },
    reset: (settings) => {
      settings[key] = defaultSettings()[key];
    },
  };
}

/** How a value is shown and read. */
interface Valued<V> {
  readonly choices?: readonly string[];
  readonly show: (value: V) => string;
  readonly read: (text: string) => V;
}

function flag(name: string, key: Switch, summary: string): SettingSpec {
  const show = (on: boolean): string => (on ? "on" : "off");
  return valued(name, key, summary, { choices: ["on", "off"], show, read: readSwitch });
}

function choice<K extends "mode" | "structure" | "form">(
  name: string,
  key: K,
  choices: readonly Settings[K][],
  summary: string,
): SettingSpec {
  const read = (text: string): Settings[K] => {
    const found = choices.filter((each) => each.startsWith(text.toLowerCase()));
    const [only] = found;
    if (only === undefined || found.length > 1) throw new UsageError(`${name} is one of ${choices.join(", ")}`);
    return only;
  };
  return valued(name, key, summary, { choices, show: String, read });
}

function text(name: string, key: "pager" | "promptText", summary: string): SettingSpec {
  return valued(name, key, summary, { show: String, read: String });
}

/** Octets, as `1500`, `64k`, `10M` or `1G`; the letters count by 1,024. @throws UsageError. */
export function readOctets(value: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([kmg]?)(?:i?b)?$/i.exec(value);
  const unit = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.toLowerCase() ?? ""];
  if (match === null || unit === undefined) throw new UsageError("It is a number of octets, as 1500, 64k or 10M");
  return Math.floor(Number(match[1]) * unit);
}

/** A whole number. @throws UsageError outside of the range. */
export function readNumber(value: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
  if (!(number >= least && number <= most)) throw new UsageError(`It is a number from ${least} to ${most}`);
  return number;
}

/** Transfers at once at most. */
export const parallelLimit = 32;

function rate(name: string, key: "throttleGet" | "throttlePut", summary: string): SettingSpec {
  return valued(name, key, summary, {
    show: (octets) => (octets === 0 ? "off" : `${formatBytes(octets)}/s`),
    read: (value) => (/^off$/i.test(value) ? 0 : readOctets(value)),
  });
}

const typeNames: readonly TypeName[] = ["ascii", "binary", "ebcdic", "tenex", "local"];
/** What RFC 959 and older programs call the types. */
const typeSynonyms: Readonly<Record<string, TypeName>> = {
  a: "ascii",
  i: "binary",
  image: "binary",
  e: "ebcdic",
  l: "local",
};

/** Reads a type, with the bits of a logical byte behind `local`. @throws UsageError. */
export function assignType(settings: Settings, value: string): void {
  const [name = "", bits] = value.toLowerCase().split(/[\s:]+/);
  const found = typeSynonyms[name] ?? typeNames.find((each) => name !== "" && each.startsWith(name));
  if (found === undefined) throw new UsageError("type is one of ascii, binary, ebcdic, tenex, local <bits>");
  if (bits !== undefined && found !== "local") throw new UsageError("Only type local has a number of bits");
  if (found === "local") settings.localBits = readNumber(bits ?? "8", 1, 255);
  settings.type = found;
}

/** All settings, by name. */
export const settingSpecs: readonly SettingSpec[] = [
  flag("bell", "bell", "ring when a transfer is done"),
  flag("case", "case", "get and mget write names in capitals in small letters"),
  flag("cr", "cr", "text loses its carriage returns on the way here"),
  flag("debug", "debug", "show the commands that are sent"),
  flag("editing", "editing", "edit lines, with history and completion by Tab"),
  flag("exit-on-error", "exitOnError", "end with the first command that fails"),
  choice("form", "form", ["non-print", "telnet", "carriage-control"], "the format of text"),
  flag("glob", "glob", "mget, mput and mdelete take * ? [ ] { } as patterns"),
  flag("hash", "hash", "print # for each piece of a file"),
  valued("hash-size", "hashSize", "octets that a # stands for", {
    show: String,
    read: (value) => {
      const octets = readOctets(value);
      if (octets < 1) throw new UsageError("It is a number of octets from 1");
      return octets;
    },
  }),
  choice("mode", "mode", ["stream", "block", "compressed", "deflate"], "the transfer mode"),
  text("pager", "pager", "the program that shows files page by page"),
  valued("parallel", "parallel", "transfers at once, of mirror, pget, and of mget and mput that do not ask", {
    show: String,
    read: (value) => readNumber(value, 1, parallelLimit),
  }),
  flag("passive", "passive", "open data connections from here"),
  flag("preserve", "preserve", "keep modification times"),
  flag("progress", "progress", "show how far a transfer is"),
  flag("prompt", "prompt", "mget, mput, mdelete and the like ask before each file"),
  text("prompt-text", "promptText", "the prompt: %u user, %h host, %c folder, %l folder here"),
  flag("reconnect", "reconnect", "connect again when the connection is lost"),
  flag("relay", "relay", "proxy get and put go through here where the servers refuse each other"),
  flag("runique", "runique", "get never overwrites: it appends a number"),
  flag("sendport", "sendport", "PORT may be used where the server cannot be connected to"),
  choice("structure", "structure", ["file", "record", "page"], "the structure of files"),
  flag("sunique", "sunique", "put lets the server choose a name that is new"),
  rate("throttle-get", "throttleGet", "octets a second that come at most"),
  rate("throttle-put", "throttlePut", "octets a second that go at most"),
  flag("trace", "trace", "show commands and replies of all sessions, with the time"),
  {
    name: "type",
    summary: "the type of files: ascii, binary, ebcdic, tenex, local <bits>",
    choices: typeNames,
    show: (settings) => (settings.type === "local" ? `local ${settings.localBits}` : settings.type),
    assign: assignType,
    reset: (settings) => {
      settings.type = defaultSettings().type;
    },
  },
  flag("verbose", "verbose", "show the server's replies"),
  flag("verify", "verify", "compare hashes after each transfer"),
];

/** How files travel, as the client takes it. */
export function formatOf({
  type,
  form,
  localBits,
  structure,
  mode,
}: Settings): Pick<FormatOptions, "type" | "structure" | "mode"> {
  const format = ({ "non-print": "N", telnet: "T", "carriage-control": "C" } as const)[form];
  const types = {
    binary: "binary",
    ascii: { type: "A", format },
    ebcdic: { type: "E", format },
    tenex: { type: "L", byteSize: 8 },
    local: { type: "L", byteSize: localBits },
  } as const;
  return { type: types[type], structure, mode };
}

/** The verb and argument that tell a server the type (RFC 959 §4.1.2). */
export function typeArgumentOf({ type, form, localBits }: Settings): string {
  const letter = { "non-print": "N", telnet: "T", "carriage-control": "C" }[form];
  const suffix = form === "non-print" ? "" : ` ${letter}`;
  return { binary: "I", ascii: `A${suffix}`, ebcdic: `E${suffix}`, tenex: "L 8", local: `L ${localBits}` }[type];
}
