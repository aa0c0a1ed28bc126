/** The commands, arguments and flags as data, read from the parser: what completion and man pages are made from. */
import { EventEmitter } from "node:events";
import type { Command, Option } from "commander";
import { commandPath } from "../config/flag-sources.ts";

/** A flag. */
export interface FlagSpecification {
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  /** What stands behind it, as `<n>`; undefined for a flag without words. */
  readonly value: string | undefined;
  /** Whether that may be left out. */
  readonly optional: boolean;
  readonly choices: readonly string[];
}

/** A command. */
export interface CommandSpecification {
  /** `get`, `bookmark add`. */
  readonly path: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** What stands behind the command: `[options] <url...>`. */
  readonly usage: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly choices: readonly string[];
  }[];
  readonly flags: readonly FlagSpecification[];
  /** What help tells behind the flags. */
  readonly after: string;
  readonly commands: readonly CommandSpecification[];
}

/** Reads a program. */
export function specify(program: Command): CommandSpecification {
  const help = program.createHelp();
  return {
    path: program.parent === null ? "" : commandPath(program),
    aliases: program.aliases(),
    summary: program.summary() || program.description(),
    description: program.description(),
    usage: program.usage(),
    arguments: program.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    flags: help.visibleOptions(program).map((option) => flagOf(option, help.optionDescription(option))),
    after: afterHelp(program),
    commands: program.commands.map(specify),
  };
}

function flagOf(option: Option, description: string): FlagSpecification {
  const value = /[<[].*[>\]]$/.exec(option.flags)?.[0];
  return {
    short: option.short,
    long: option.long ?? "",
    description,
    value: value?.replace(/^\[<?|>?\]$/g, (end) => (end.startsWith("[") ? "<" : ">")),
    optional: option.optional,
    choices: option.argChoices ?? [],
  };
}

/** Such texts are kept as listeners of an event. */
function afterHelp(command: Command): string {
  let text = "";
  const write = (part: string): void => void (text += part);
  if (command instanceof EventEmitter) command.emit("afterHelp", { error: false, command, write });
  return text.trim();
}

/** The commands that do something, those below others too. */
export function leaves(command: CommandSpecification): CommandSpecification[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}
