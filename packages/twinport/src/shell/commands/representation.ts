/** How files travel: type, format, structure and mode (RFC 959 §3). A server that cannot is asked at once. */
import { FtpReplyError } from "@twinport/core/ftp-client";
import { UsageError } from "../../exit-codes.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { settingSpecs, typeArgumentOf, type Settings, type SettingSpec } from "../settings.ts";

const letters = {
  structure: { file: "F", record: "R", page: "P" },
  mode: { stream: "S", block: "B", compressed: "C", deflate: "Z" },
} as const;

/** The command that tells a server a setting; of the format it is the type's. */
function commandFor(name: string, settings: Settings): string | undefined {
  switch (name) {
    case "type":
      return `TYPE ${typeArgumentOf(settings)}`;
    case "form":
      return settings.type === "ascii" || settings.type === "ebcdic" ? `TYPE ${typeArgumentOf(settings)}` : undefined;
    case "structure":
      return `STRU ${letters.structure[settings.structure]}`;
    case "mode":
      return `MODE ${letters.mode[settings.mode]}`;
    default:
      return undefined;
  }
}

/** Sets one of them, here and on the server; what the server refuses stays as it was. @throws FtpReplyError, UsageError. */
export async function setFormatting(context: CommandContext, spec: SettingSpec, value: string): Promise<void> {
  const { settings, site } = context.place;
  const wanted: Settings = { ...settings };
  spec.assign(wanted, value);
  const command = commandFor(spec.name, wanted);
  if (command !== undefined && site.client !== undefined) {
    const client = await session(context);
    const reply = await client.raw(command, { signal: context.signal });
    if (reply.code >= 300)
      throw new FtpReplyError(`Setting ${spec.name} to ${spec.show(wanted)}`, reply, command.slice(0, 4));
  }
  Object.assign(settings, wanted);
}

function specOf(name: string): SettingSpec {
  const spec = settingSpecs.find((each) => each.name === name);
  if (spec === undefined) throw new UsageError(`There is no setting ${name}`);
  return spec;
}

/** Shows a setting without a value, and sets it with one. */
function showOrSet(name: string): ShellCommand["run"] {
  return async (context: CommandContext, given: Given) => {
    const spec = specOf(name);
    const value = given.words.map(({ text }) => text).join(" ");
    if (value !== "") await setFormatting(context, spec, value);
    if (value === "" || context.asker !== undefined) {
      await context.output.write(`${spec.name} is ${spec.show(context.place.settings)}\n`);
    }
  };
}

function typeCommand(name: string, type: string, summary: string): ShellCommand {
  return {
    name,
    summary,
    arguments: [],
    run: (context) => setFormatting(context, specOf("type"), type),
  };
}

function choiceCommand(
  name: string,
  setting: string,
  argument: string,
  summary: string,
  details: string,
): ShellCommand {
  const { choices = [] } = specOf(setting);
  return {
    name,
    summary,
    details,
    arguments: [{ name: argument, kind: "text", optional: true, choices }],
    run: showOrSet(setting),
  };
}

async function showType(context: CommandContext, given: Given): Promise<void> {
  const [type, bits] = [textAt(given, 0), textAt(given, 1)];
  const value = type === undefined ? undefined : bits === undefined ? type : `${type} ${bits}`;
  if (value !== undefined) await setFormatting(context, specOf("type"), value);
  if (value === undefined || context.asker !== undefined) {
    await context.output.write(`type is ${specOf("type").show(context.place.settings)}\n`);
  }
}

/** The commands. */
export const representationCommands: readonly ShellCommand[] = [
  typeCommand("ascii", "ascii", "files are text: line ends are converted (TYPE A)"),
  typeCommand("binary", "binary", "files are octets (TYPE I)"),
  typeCommand("image", "binary", "files are octets (TYPE I)"),
  typeCommand("tenex", "tenex", "files are bytes of eight bits (TYPE L 8)"),
  {
    name: "type",
    summary: "show or set the type of files",
    arguments: [
      { name: "type", kind: "text", optional: true, choices: ["ascii", "binary", "ebcdic", "tenex", "local"] },
      { name: "bits", kind: "text", optional: true },
    ],
    details: "type local 36 is TYPE L 36: logical bytes of 36 bits. See docs/representations.md.",
    run: showType,
  },
  choiceCommand(
    "form",
    "form",
    "format",
    "show or set the format of text",
    "For the types ascii and ebcdic: what moves the paper (RFC 959 §3.1.1.5).",
  ),
  choiceCommand(
    "struct",
    "structure",
    "structure",
    "show or set the structure of files",
    "RFC 959 §3.1.2: no structure, records, or pages.",
  ),
  choiceCommand(
    "mode",
    "mode",
    "mode",
    "show or set the transfer mode",
    "RFC 959 §3.4; deflate compresses well, where the server has it.",
  ),
];
