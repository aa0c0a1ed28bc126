/**
 * Where flags come from besides the command line: variables of the environment, then the file of settings.
 *
 *     { "all": { "timeout": 60 }, "get": { "transfers": 8, "preserve": true }, "ls": { "long": true } }
 */
import { InvalidArgumentError, type Command, type Option } from "commander";
import { UsageError } from "../exit-codes.ts";
import { isObject } from "./settings-file.ts";
import { suggestion } from "./nearest.ts";

/** What the file of settings says, by commands. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Settings of all commands that have the flag. */
const everyCommand = "all";

/** The variable of a flag: `--retry-delay` is TWINPORT_RETRY_DELAY. */
export function variableOf(option: Option): string {
  return `TWINPORT_${(option.long ?? "").replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`;
}

/** The flags that have a variable and a key: all but `--help` and `--version`. */
export function settableOptions(command: Command): Option[] {
  return command.options.filter(({ long }) => long !== undefined && long !== "--version");
}

/** The words that name a command: `bookmark add`. */
export function commandPath(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${commandPath(parent)} ${command.name()}`;
}

/**
 * Sees that a file of settings names commands and flags that there are.
 *
 * @throws UsageError with the nearest name.
 */
export function checkSettings(file: string, value: Readonly<Record<string, unknown>>, program: Command): Settings {
  const commands = new Map(allCommands(program).map((command) => [commandPath(command), settableOptions(command)]));
  const settings: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [name, flags] of Object.entries(value)) {
    const known = name === everyCommand ? [...commands.values()].flat() : commands.get(name);
    if (known === undefined) {
      throw new UsageError(
        `${file}: there is no command "${name}".${suggestion(name, [everyCommand, ...commands.keys()])}`,
      );
    }
    if (!isObject(flags)) throw new UsageError(`${file}: "${name}" must be an object of flags`);
    const keys = new Set(known.map(keyOf));
    for (const flag of Object.keys(flags)) {
      if (!keys.has(flag)) {
        const where = name === everyCommand ? "no command has a flag" : `${name} has no flag`;
        throw new UsageError(`${file}: ${where} "${flag}".${suggestion(flag, keys)}`);
      }
    }
    settings[name] = flags;
  }
  return settings;
}

/** Every command that does something, those below others too. */
export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((each) => (each.commands.length > 0 ? allCommands(each) : [each]));
}

/** How a flag is called in settings: `--no-glob` is `"glob": false`. */
function keyOf(option: Option): string {
  return (option.long ?? "").replace(/^--(?:no-)?/, "");
}

/** Gives a command what was not said on the command line. @throws UsageError that names the variable or key. */
export function applySources(command: Command, env: NodeJS.ProcessEnv, file: string, settings: Settings): void {
  for (const option of settableOptions(command)) {
    const variable = variableOf(option);
    const text = env[variable];
    if (text !== undefined && isOpen(command, option, ["cli"])) {
      assign(command, option, fromText(option, text, variable), variable, "env");
    }
  }
  const own = { ...settings[everyCommand], ...settings[commandPath(command)] };
  for (const option of settableOptions(command)) {
    const value = own[keyOf(option)];
    if (value === undefined || !isOpen(command, option, ["cli", "env"])) continue;
    const where = `${file}: "${keyOf(option)}"`;
    // `--proxy` and `--no-proxy` share a key: one is for false, the other for the rest.
    const negated = option.negate ? value === false : value !== false;
    if (option.negate && !negated && hasPositive(command, option)) continue;
    assign(command, option, fromJson(option, value, where), where, "config");
  }
}

function hasPositive(command: Command, option: Option): boolean {
  return command.options.some((other) => other !== option && !other.negate && keyOf(other) === keyOf(option));
}

/** Whether nobody who counts more has set a flag, or one that it excludes. */
function isOpen(command: Command, option: Option, sources: readonly string[]): boolean {
  const isSet = (name: string): boolean => sources.includes(command.getOptionValueSource(name) ?? "");
  const name = option.attributeName();
  if (isSet(name)) return false;
  const excluded = (each: Option): readonly string[] =>
    "conflictsWith" in each && Array.isArray(each.conflictsWith) ? each.conflictsWith.map(String) : [];
  return !command.options.some(
    (other) =>
      isSet(other.attributeName()) &&
      (excluded(other).includes(name) || excluded(option).includes(other.attributeName())),
  );
}

/** What a flag is given: the words behind it, or whether a flag without any is set. */
type Given = readonly string[] | boolean;

function fromText(option: Option, text: string, where: string): Given {
  // Several values of a repeatable flag stand in lines of their own.
  if (option.required) return text.split("\n").filter((line, index) => line !== "" || index === 0);
  if (/^(?:1|true|yes|on)$/i.test(text)) return true;
  if (/^(?:0|false|no|off|)$/i.test(text)) return false;
  if (option.optional) return text.split("\n");
  throw new UsageError(`${where} must be 1 or 0`);
}

function fromJson(option: Option, value: unknown, where: string): Given {
  const isText = typeof value === "string" || typeof value === "number";
  if (isText && (option.required || option.optional)) return [String(value)];
  if (Array.isArray(value) && (option.required || option.optional)) return value.map(String);
  if (typeof value === "boolean" && !option.required) return option.negate ? !value : value;
  if (value === false) return false;
  throw new UsageError(`${where} must be ${option.required ? "a text or a number" : "true or false"}`);
}

function assign(command: Command, option: Option, given: Given, where: string, source: string): void {
  const set = (value: unknown): void => void command.setOptionValueWithSource(option.attributeName(), value, source);
  if (typeof given === "boolean") {
    if (given) set(!option.negate);
    // What takes words has no other "off" than not to be there.
    else if (!option.required && !option.optional && !(option.negate && hasPositive(command, option)))
      set(option.negate);
    return;
  }
  let value: unknown;
  for (const text of given) value = parsed(option, text, value, where);
  set(value);
}

function parsed(option: Option, text: string, before: unknown, where: string): unknown {
  if (option.parseArg === undefined) return text;
  try {
    return option.parseArg(text, before);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${where}: ${error.message}`, { cause: error });
    throw error;
  }
}
