/** Completion for fish. */
import { leaves, type CommandSpecification, type FlagSpecification } from "./specification.ts";

/** Makes the script. */
export function fishCompletion(program: CommandSpecification): string {
  const lines = [
    "# fish completion for twinport; load it by: twinport completion fish | source",
    "function __twinport_bookmarks",
    "  set -l folder ~/.config",
    "  set -q XDG_CONFIG_HOME; and set folder $XDG_CONFIG_HOME",
    "  test -r $folder/twinport/bookmarks; or return",
    "  string match -rg '^([^#\\\\s]\\\\S*)\\\\s+\\\\S' < $folder/twinport/bookmarks | string replace -r '$' ':'",
    "end",
    "complete -c twinport -n __fish_use_subcommand -f",
    ...program.flags.map((flag) => flagLine("__fish_use_subcommand", flag)),
    ...program.commands.flatMap((command) => commandLines(command)),
    "complete -c twinport -n 'not __fish_use_subcommand' -a '(__twinport_bookmarks)' -d bookmark",
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: CommandSpecification): string[] {
  const { path, aliases, summary, commands } = command;
  const seen = `__fish_seen_subcommand_from ${[path, ...aliases].join(" ")}`;
  const lines = [path, ...aliases].map(
    (name) => `complete -c twinport -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
  );
  const below = leaves(command).filter((each) => each !== command);
  const names = commands.flatMap(({ path: each, aliases: others }) => [lastWord(each), ...others]);
  for (const each of below) {
    const name = lastWord(each.path);
    lines.push(
      `complete -c twinport -f -n ${quoted(`${seen}; and not __fish_seen_subcommand_from ${names.join(" ")}`)} -a ${name} -d ${quoted(each.summary)}`,
      ...each.flags.map((flag) => flagLine(`${seen}; and __fish_seen_subcommand_from ${name}`, flag)),
    );
  }
  const [first] = command.arguments;
  if (first !== undefined && first.choices.length > 0)
    lines.push(`complete -c twinport -f -n ${quoted(seen)} -a ${quoted(first.choices.join(" "))}`);
  if (below.length === 0) lines.push(...command.flags.map((flag) => flagLine(seen, flag)));
  return lines;
}

function flagLine(
  condition: string,
  { short, long, description, value, optional, choices }: FlagSpecification,
): string {
  const words = ["complete", "-c", "twinport", "-n", quoted(condition)];
  if (short !== undefined) words.push("-s", short.slice(1));
  words.push("-l", long.slice(2), "-d", quoted(description));
  if (value !== undefined && !optional) words.push(choices.length > 0 ? "-x" : "-r");
  if (choices.length > 0) words.push("-a", quoted(choices.join(" ")));
  return words.join(" ");
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", " ")}'`;
}
