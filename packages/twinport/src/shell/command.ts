/** What a command of the shell is: a row of the table, from which help, abbreviations, questions and completion come. */
import { UsageError } from "../exit-codes.ts";
import type { CommandContext } from "./context.ts";
import type { Word } from "./words.ts";

/** What an argument names; completion goes by it. */
export type ArgumentKind =
  | "remote-file"
  | "remote-folder"
  | "local-file"
  | "local-folder"
  | "command"
  | "setting"
  | "bookmark"
  | "alias"
  | "macro"
  | "text";

/** An argument. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** Default: it is needed, and asked for on a terminal. */
  readonly optional?: boolean;
  /** As many as there are; the last only. */
  readonly many?: boolean;
  /** What it can be. */
  readonly choices?: readonly string[];
}

/** An option. */
export interface OptionSpec {
  /** As `-c` or `--delete`. */
  readonly flag: string;
  /** What its value is called, where it has one. */
  readonly value?: string;
  readonly summary: string;
}

/** What a command was given. */
export interface Given {
  /** The arguments, without the options. */
  readonly words: readonly Word[];
  /** Options by their flag; those without a value are `true`. One that may be repeated has the last value in front. */
  readonly options: ReadonlyMap<string, readonly (string | true)[]>;
  /** What follows the command's name, as it was typed. */
  readonly rest: string;
}

/** A command. */
export interface ShellCommand {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** What more there is to say, for `help NAME`. */
  readonly details?: string;
  /** All that follows is arguments, even what looks like an option. */
  readonly plain?: boolean;
  /** It changes the shell itself, and so cannot run in the background. */
  readonly foreground?: boolean;
  readonly run: (context: CommandContext, given: Given) => Promise<void> | void;
}

/** The usage of a command, as `get [-c] remote-file [local-file]`. */
export function usageOf(command: ShellCommand): string {
  const options = (command.options ?? []).map(
    ({ flag, value }) => `[${flag}${value === undefined ? "" : ` ${value}`}]`,
  );
  const words = command.arguments.map(({ name, optional, many, choices }) => {
    const shown = `${choices?.join("|") ?? name}${many === true ? "..." : ""}`;
    return optional === true ? `[${shown}]` : shown;
  });
  return [command.name, ...options, ...words].join(" ");
}

/** The value of an option that has one; undefined without it. */
export function optionValue(given: Given, flag: string): string | undefined {
  const value = given.options.get(flag)?.[0];
  return value === true ? undefined : value;
}

/** All values of an option that may be repeated. */
export function optionValues(given: Given, flag: string): string[] {
  return (given.options.get(flag) ?? []).filter((value) => value !== true);
}

/** The text of an argument; undefined where there are fewer. */
export function textAt(given: Given, index: number): string | undefined {
  return given.words[index]?.text;
}

/** The text of an argument that the row of the command says is needed. @throws UsageError without it. */
export function neededAt(given: Given, index: number): string {
  const text = given.words[index]?.text;
  if (text === undefined) throw new UsageError("An argument is missing");
  return text;
}
