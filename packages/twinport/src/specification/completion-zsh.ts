/** Completion for zsh, by its own `_arguments`. */
import type { CommandSpecification, FlagSpecification } from "./specification.ts";

/** Makes the script. */
export function zshCompletion(program: CommandSpecification): string {
  return `#compdef twinport
# zsh completion for twinport; load it by: source <(twinport completion zsh)
_twinport_bookmarks() {
  local file="\${XDG_CONFIG_HOME:-$HOME/.config}/twinport/bookmarks" name rest
  local -a found
  [[ -r $file ]] || return 1
  while read -r name rest; do
    [[ $name == '#'* || -z $rest ]] || found+=("$name:")
  done < $file
  compadd -S '' -a found
}

_twinport_places() {
  _alternative 'bookmarks:bookmark:_twinport_bookmarks' 'files:file:_files'
}

_twinport() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
${body(program, "  ")}
}

if [[ $funcstack[1] == _twinport ]]; then _twinport "$@"; else compdef _twinport twinport; fi
`;
}

/** Completes flags, and the command that follows or the arguments. */
function body(command: CommandSpecification, indent: string): string {
  const flags = command.flags.flatMap(flagWords);
  if (command.commands.length === 0) {
    const [first] = command.arguments;
    const choices =
      first === undefined || first.choices.length === 0 ? [] : [`'1:${first.name}:(${first.choices.join(" ")})'`];
    return `${indent}_arguments -s -S ${[...flags, ...choices, "'*:place:_twinport_places'"].join(` \\\n${indent}  `)}`;
  }
  const named = command.commands.flatMap(({ path, aliases, summary }) =>
    [lastWord(path), ...aliases].map((name) => `'${shell(name)}:${shell(summary)}'`),
  );
  const below = command.commands.map(
    (each) => `${indent}    ${[lastWord(each.path), ...each.aliases].join("|")})
${body(each, `${indent}      `)}
${indent}      ;;`,
  );
  return `${indent}_arguments -C ${[...flags, "'1: :->command'", "'*:: :->rest'"].join(` \\\n${indent}  `)}
${indent}case $state in
${indent}  command)
${indent}    local -a commands=(${named.join(" ")})
${indent}    _describe command commands
${indent}    ;;
${indent}  rest)
${indent}    case $line[1] in
${below.join("\n")}
${indent}    esac
${indent}    ;;
${indent}esac`;
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

function flagWords({ short, long, description, value, optional, choices }: FlagSpecification): string[] {
  const told = `[${shell(description)}]`;
  const label = (value ?? "").replace(/[<>:[\]]/g, " ").trim();
  const action = choices.length > 0 ? `(${choices.join(" ")})` : "_files";
  const argument = value === undefined ? "" : `${optional ? "::" : ":"}${shell(label)}:${action}`;
  const equals = value === undefined || optional ? "" : "=";
  // Given again, a flag counts anew, or adds.
  const longWord = `'*${long}${equals}${told}${argument}'`;
  return short === undefined
    ? [longWord]
    : [`'*${short}${value === undefined || optional ? "" : "+"}${told}${argument}'`, longWord];
}

/** Text between single quotes, in which colons and brackets separate. */
function shell(text: string): string {
  const plain = text.replace(/[[\]\\:]/g, "\\$&").replaceAll("\n", " ");
  return plain.replaceAll("'", "'\\''");
}
