/** Sorts the words of a command into options and arguments, as its row in the table says. */
import { UsageError } from "../exit-codes.ts";
import { usageOf, type Given, type OptionSpec, type ShellCommand } from "./command.ts";
import type { ParsedCommand, Word } from "./words.ts";

/**
 * Reads what a command was given.
 *
 * @param extra - Arguments that were asked for, since they were missing.
 * @throws UsageError for options that it does not have, and too many arguments.
 */
export function readArguments(command: ShellCommand, parsed: ParsedCommand, extra: readonly Word[] = []): Given {
  const after = parsed.words.slice(1);
  const { words, options } =
    command.plain === true ? { words: after, options: new Map<string, string[]>() } : sort(command, after);
  const all = [...words, ...extra];
  const many = command.arguments.at(-1)?.many === true;
  if (!many && command.plain !== true && all.length > command.arguments.length) {
    throw new UsageError(`There is more than ${command.name} takes. Usage: ${usageOf(command)}`);
  }
  return { words: all, options, rest: [parsed.rest, ...extra.map(({ text }) => text)].filter(Boolean).join(" ") };
}

/** How many arguments it must have. */
export function neededArguments(command: ShellCommand): number {
  return command.arguments.filter(({ optional }) => optional !== true).length;
}

function sort(command: ShellCommand, after: readonly Word[]): Pick<Given, "words" | "options"> {
  const words: Word[] = [];
  const options = new Map<string, (string | true)[]>();
  const note = ({ flag }: OptionSpec, value: string | true): void => {
    options.set(flag, [value, ...(options.get(flag) ?? [])]);
  };
  for (let i = 0; i < after.length; i++) {
    const word = after[i];
    if (word === undefined) continue;
    const { text } = word;
    // - alone is stdin or stdout, and a command without options has none to find fault with.
    if (!text.startsWith("-") || text === "-" || command.options === undefined) words.push(word);
    else if (text === "--") {
      words.push(...after.slice(i + 1));
      break;
    } else if (text.startsWith("--")) i += readLong(command, text, after[i + 1], note);
    else i += readShort(command, text, after[i + 1], note);
  }
  return { words, options };
}

type Note = (option: OptionSpec, value: string | true) => void;

/** @returns How many words more than this one were read. */
function readLong(command: ShellCommand, text: string, next: Word | undefined, note: Note): number {
  const equals = text.indexOf("=");
  const flag = equals === -1 ? text : text.slice(0, equals);
  const option = command.options?.find((each) => each.flag === flag) ?? unknown(command, flag);
  if (option.value === undefined) {
    if (equals !== -1) throw new UsageError(`${flag} takes no value. Usage: ${usageOf(command)}`);
    note(option, true);
    return 0;
  }
  if (equals !== -1) {
    note(option, text.slice(equals + 1));
    return 0;
  }
  note(option, next?.text ?? missing(option));
  return 1;
}

/** `-la` is `-l -a`; what follows an option with a value is the value. */
function readShort(command: ShellCommand, text: string, next: Word | undefined, note: Note): number {
  for (let at = 1; at < text.length; at++) {
    const flag = `-${text[at] ?? ""}`;
    const option = command.options?.find((each) => each.flag === flag) ?? unknown(command, flag);
    if (option.value === undefined) {
      note(option, true);
      continue;
    }
    const value = text.slice(at + 1);
    note(option, value === "" ? (next?.text ?? missing(option)) : value);
    return value === "" ? 1 : 0;
  }
  return 0;
}

function unknown(command: ShellCommand, flag: string): never {
  throw new UsageError(`${command.name} has no option ${flag}. Usage: ${usageOf(command)}`);
}

function missing({ flag, value }: OptionSpec): never {
  throw new UsageError(`${flag} needs a value: ${value ?? ""}`);
}
