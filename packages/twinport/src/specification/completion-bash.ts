/** Completion for bash, without the package `bash-completion`. */
import { leaves, type CommandSpecification, type FlagSpecification } from "./specification.ts";

/** Makes the script. */
export function bashCompletion(program: CommandSpecification): string {
  const commands = leaves(program);
  const groups = program.commands.filter(({ commands: below }) => below.length > 0);
  return `# bash completion for twinport; load it by: source <(twinport completion bash)
_twinport_bookmarks() {
  local file="\${XDG_CONFIG_HOME:-$HOME/.config}/twinport/bookmarks" name rest
  [ -r "$file" ] || return 0
  while read -r name rest; do
    [[ $name == '#'* || -z $rest ]] || printf '%s\\n' "$name:"
  done < "$file"
}

# Sets flags, valued (flags that words stand behind) and words (of a first argument) for a command.
_twinport_specification() {
  flags= valued= words= places=1
  case "$1" in
    "") words=${quoted(program.commands.flatMap(({ path, aliases }) => [path, ...aliases]))}; places=
      flags=${quoted(program.flags.flatMap(names))} ;;
${groups.map(groupCase).join("\n")}
${commands.map(commandCase).join("\n")}
  esac
}

_twinport_choices() {
  case "$1 $2" in
${commands.flatMap(choiceCases).join("\n")}
    *) return 1 ;;
  esac
}

_twinport() {
  # The line itself: bash would have words end at : and =, as URLs and bookmarks have them.
  local line="\${COMP_LINE:0:COMP_POINT}" list cur prev command= word flags valued words places found
  read -ra list <<< "$line"
  cur="\${line##*[[:space:]]}"
  [[ -n $cur ]] && unset "list[\${#list[@]}-1]"
  prev="\${list[\${#list[@]}-1]}"
  for word in "\${list[@]:1}"; do
    [[ $word == -* ]] && continue
    case "$command" in
      "") command="$word" ;;
${groups.map(({ path }) => `      ${path}) command="${path} $word" ;;`).join("\n")}
      *) break ;;
    esac
  done
  _twinport_specification "$command"
  COMPREPLY=()
  if [[ $cur == --*=* ]]; then
    found="$(_twinport_choices "$command" "\${cur%%=*}")" && COMPREPLY=($(compgen -W "$found" -- "\${cur#*=}"))
    return
  fi
  if [[ " $valued " == *" $prev "* ]]; then
    if found="$(_twinport_choices "$command" "$prev")"; then COMPREPLY=($(compgen -W "$found" -- "$cur"))
    else compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); fi
    return
  fi
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  fi
  [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ -z $places || \${#COMPREPLY[@]} -gt 0 ]] && return
  local behind="\${cur##*[:=]}" before
  before="\${cur%"$behind"}"
  mapfile -t COMPREPLY < <(compgen -W "$(_twinport_bookmarks)" -- "$cur")
  if [[ \${#COMPREPLY[@]} -gt 0 ]]; then compopt -o nospace
  elif [[ $cur != *://* ]]; then compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); fi
  COMPREPLY=("\${COMPREPLY[@]#"$before"}")
}
complete -F _twinport twinport
`;
}

function names({ short, long }: FlagSpecification): string[] {
  return short === undefined ? [long] : [short, long];
}

function quoted(words: readonly string[]): string {
  return `'${words.join(" ")}'`;
}

function groupCase({ path, commands }: CommandSpecification): string {
  return `    ${path}) words=${quoted(commands.flatMap(({ path: below, aliases }) => [lastWord(below), ...aliases]))}; places= ;;`;
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

function pattern({ path, aliases }: CommandSpecification): string {
  const group = path.slice(0, path.lastIndexOf(" ") + 1);
  return [path, ...aliases.map((alias) => `${group}${alias}`)].map((name) => `"${name}"`).join("|");
}

function commandCase(command: CommandSpecification): string {
  const { flags } = command;
  const valued = flags.filter(({ value, optional }) => value !== undefined && !optional);
  const [first] = command.arguments;
  const words = first === undefined || first.choices.length === 0 ? "" : ` words=${quoted(first.choices)};`;
  return `    ${pattern(command)})${words} flags=${quoted(flags.flatMap(names))}
      valued=${quoted(valued.flatMap(names))} ;;`;
}

function choiceCases(command: CommandSpecification): string[] {
  return command.flags
    .filter(({ choices }) => choices.length > 0)
    .map((flag) => {
      const { path, aliases } = command;
      const patterns = [path, ...aliases].flatMap((name) => names(flag).map((each) => `"${name} ${each}"`));
      return `    ${patterns.join("|")}) echo ${quoted(flag.choices)} ;;`;
    });
}
