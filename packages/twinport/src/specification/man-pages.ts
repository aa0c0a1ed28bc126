/** Man pages: roff of the `man` macros (man-pages(7)), one for each command and one for all. */
import { exitCodeTable } from "../exit-codes.ts";
import type { CommandSpecification, FlagSpecification } from "./specification.ts";

/** Makes all pages. @returns Their texts by the names of their files. */
export function manPages(program: CommandSpecification, version: string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const add = (command: CommandSpecification): void => {
    const name = pageName(command);
    pages.set(`${name}.1`, page(command, name, program, version));
    command.commands.forEach(add);
  };
  add(program);
  return pages;
}

function pageName({ path }: CommandSpecification): string {
  return ["twinport", ...path.split(" ").filter((word) => word !== "")].join("-");
}

function page(command: CommandSpecification, name: string, program: CommandSpecification, version: string): string {
  const isProgram = command === program;
  const call = `twinport ${command.path}`.trimEnd();
  const sections = [
    `.TH ${name.toUpperCase()} 1 "" "twinport ${version}" "Twinport"`,
    section("NAME", [`${roff(name)} \\- ${roff(command.summary.replace(/\.$/, ""))}`]),
    section("SYNOPSIS", [`.B ${roff(call)}`, roff(command.usage)]),
    section("DESCRIPTION", [
      roff(command.description),
      ...(command.aliases.length === 0 ? [] : [".PP", `Its other name: ${command.aliases.map(roff).join(", ")}.`]),
    ]),
    section(
      "ARGUMENTS",
      command.arguments.flatMap(({ name: argument, description }) => entry(`\\fI${roff(argument)}\\fR`, description)),
    ),
    section(
      "COMMANDS",
      command.commands.flatMap((below) => entry(`\\fB${roff(pageName(below))}\\fR(1)`, below.summary)),
    ),
    section(
      "OPTIONS",
      command.flags.flatMap((flag) => entry(flagHead(flag), flag.description)),
    ),
    ...(isProgram ? [] : [section("ENVIRONMENT", [roff(environment)])]),
    section(
      isProgram ? "NOTES" : "EXAMPLES AND NOTES",
      example(isProgram ? beforeCodes(command.after) : command.after),
    ),
    section(
      "EXIT STATUS",
      exitCodeTable.flatMap(([code, meaning]) => entry(`\\fB${code}\\fR`, meaning)),
    ),
    section("SEE ALSO", [seeAlso(command, program)]),
  ];
  return `${sections.filter((text) => text !== "").join("\n")}\n`;
}

const environment =
  "Every flag has a variable and a key in ~/.config/twinport/config.json; see twinport(1). " +
  "Passwords come from the URL, TWINPORT_PASSWORD, ~/.netrc or a prompt.";

/** The codes have a section of their own. */
function beforeCodes(text: string): string {
  return text.replace(/\n*Exit codes:[^]*$/, "");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`.SH ${title}`, ...lines].join("\n");
}

function entry(head: string, text: string): string[] {
  return [".TP", head, roff(text)];
}

/** Texts of help are laid out already. */
function example(text: string): string[] {
  return text === "" ? [] : [".nf", ...text.split("\n").map(roff), ".fi"];
}

function flagHead({ short, long, value, optional }: FlagSpecification): string {
  const names = [short, long].filter((name) => name !== undefined).map((name) => `\\fB${roff(name)}\\fR`);
  const shown = value === undefined ? "" : ` \\fI${roff(value.replace(/^<|>$/g, ""))}\\fR`;
  return names.join(", ") + (optional ? ` [${shown.trimStart()}]` : shown);
}

function seeAlso(command: CommandSpecification, program: CommandSpecification): string {
  const others = command === program ? program.commands : [program, ...command.commands];
  return others.map((other) => `.BR ${roff(pageName(other))} (1)`).join(" ,\n");
}

/** Text that roff takes as it is: backslashes, hyphens, and dots or quotes at the start of a line. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/\s*\n\s*(?=\S)/g, "\n")
    .replace(/^(?=[.'])/gm, "\\&");
}
