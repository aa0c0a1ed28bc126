/** Switches: what is on or off. Without a word they are turned over. */
import { UsageError } from "../../exit-codes.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import { applyDataMode } from "../site.ts";
import type { CommandContext } from "../context.ts";
import { settingSpecs, type SettingSpec } from "../settings.ts";

/** Gives a setting that is no part of the format a value, and sees to what follows from it. @throws UsageError. */
export function applySetting(context: CommandContext, spec: SettingSpec, value: string): void {
  const { settings, site } = context.place;
  spec.assign(settings, value);
  // One of the two must be there: what neither side may open does not come about.
  if (spec.name === "sendport" && !settings.sendport) settings.passive = true;
  if (spec.name === "passive" && !settings.passive) settings.sendport = true;
  if ((spec.name === "passive" || spec.name === "sendport") && site.client !== undefined)
    applyDataMode(site.client, settings);
  if (spec.name === "editing" && context.shell.editor !== undefined) context.shell.editor.editing = settings.editing;
}

function turn(spec: SettingSpec): ShellCommand["run"] {
  return (context: CommandContext, given: Given) => {
    const { settings } = context.place;
    const value = textAt(given, 0) ?? (spec.show(settings) === "on" ? "off" : "on");
    applySetting(context, spec, value);
    if (context.asker !== undefined) context.say(`${spec.name} is ${spec.show(settings)}`);
  };
}

function specOf(name: string): SettingSpec {
  const spec = settingSpecs.find((each) => each.name === name);
  if (spec === undefined) throw new UsageError(`There is no setting ${name}`);
  return spec;
}

function switchCommand(name: string, details?: string): ShellCommand {
  const spec = specOf(name);
  return {
    name,
    summary: `turn on or off: ${spec.summary}`,
    arguments: [{ name: "on|off", kind: "text", optional: true, choices: ["on", "off"] }],
    ...(details === undefined ? {} : { details }),
    run: turn(spec),
  };
}

/** Hash marks, whose size may be told too. */
function hash(context: CommandContext, given: Given): void {
  const { settings } = context.place;
  const value = textAt(given, 0);
  if (value !== undefined && !/^(?:on|off)$/i.test(value)) {
    specOf("hash-size").assign(settings, value);
    settings.hash = true;
  } else applySetting(context, specOf("hash"), value ?? (settings.hash ? "off" : "on"));
  if (context.asker === undefined) return;
  context.say(settings.hash ? `hash is on, a # for ${settings.hashSize} octets` : "hash is off");
}

/** The commands. */
export const switchCommands: readonly ShellCommand[] = [
  switchCommand("bell"),
  switchCommand("case", "NAME.TXT comes as name.txt; names with small letters stay as they are."),
  switchCommand("cr", "For type ascii. Off keeps CR LF, as it travels."),
  switchCommand("debug"),
  switchCommand("glob"),
  {
    name: "hash",
    summary: "turn on or off: print # for each piece of a file",
    arguments: [{ name: "on|off|octets", kind: "text", optional: true, choices: ["on", "off"] }],
    details: "A number is the octets of a piece, as in: hash 64k.",
    run: hash,
  },
  switchCommand("passive", "Off: the server connects to here, by PORT or EPRT."),
  switchCommand("preserve"),
  switchCommand("progress"),
  switchCommand("prompt", "An answer of a means yes to all files of the command, p to those of later ones too."),
  switchCommand("runique"),
  switchCommand("sendport", "Off: PORT and EPRT are never sent; passive is then on."),
  switchCommand("sunique", "By STOU; the server tells the name."),
  switchCommand("trace"),
  switchCommand("verbose"),
];
