/**
 * Reads a line of the shell into commands: words in quotes as a Unix shell has them, `;`, `&&`, `||`, `&`, `| program`,
 * `> file`, `>> file`, and `#` for a comment.
 *
 * Within single quotes everything is meant itself; within double quotes `\` comes before `"` and `\`; outside of quotes
 * before any character.
 */

/** Characters of a line, and words of a command, that are read. */
export const lineLimit: number = 64 * 1024;
export const wordLimit = 4096;

/** A word of a command. */
export interface Word {
  /** As it is meant. */
  readonly text: string;
  /** As a pattern: what was quoted stands behind `\` where a pattern would give it a meaning. */
  readonly pattern: string;
  /** Where it begins and ends in the line. */
  readonly start: number;
  readonly end: number;
  /** The quote that it is in at its end: what the line lacks. */
  readonly open: '"' | "'" | "\\" | undefined;
}

/** Where the output of a command goes. */
export type Redirection =
  | { readonly kind: "file"; readonly path: string; readonly append: boolean }
  /** A program of this machine, as its shell is told it. */
  | { readonly kind: "pipe"; readonly command: string };

/** What comes between a command and the one before. */
export type Connector = "always" | "and" | "or";

/** One command of a line. */
export interface ParsedCommand {
  readonly words: readonly Word[];
  /** What follows the first word, as it was typed. */
  readonly rest: string;
  /** As it was typed, without what connects it. */
  readonly source: string;
  readonly connector: Connector;
  readonly background: boolean;
  readonly redirection?: Redirection;
}

/** A line cannot be read. */
export class ShellSyntaxError extends Error {
  override readonly name = "ShellSyntaxError";
}

interface Cursor {
  readonly line: string;
  at: number;
}

/** Characters that end a word outside of quotes. */
const ends = /[\s;&|<>]/;
/** Characters that a pattern gives a meaning. */
const special = /[*?[\]{}\\,]/;

/**
 * Reads a line.
 *
 * @param lenient - Takes what is not complete as it is: for completion.
 * @throws ShellSyntaxError for quotes that are not closed, and operators without what they need.
 */
export function parseLine(line: string, lenient = false): ParsedCommand[] {
  if (line.length > lineLimit) throw new ShellSyntaxError(`A line may have ${lineLimit} characters`);
  const cursor: Cursor = { line, at: 0 };
  const commands: ParsedCommand[] = [];
  let connector: Connector = "always";
  for (;;) {
    const command = readCommand(cursor, connector, lenient);
    const operator = readOperator(cursor);
    if (command !== undefined) {
      commands.push(operator === "&" ? { ...command, background: true } : command);
    } else if (operator !== undefined && operator !== ";" && !lenient) {
      throw new ShellSyntaxError(`There is no command before ${operator}`);
    } else if (operator === undefined && connector !== "always" && !lenient) {
      throw new ShellSyntaxError(`There is no command after ${connector === "and" ? "&&" : "||"}`);
    }
    if (operator === undefined) return commands;
    connector = operator === "&&" ? "and" : operator === "||" ? "or" : "always";
  }
}

function readCommand(cursor: Cursor, connector: Connector, lenient: boolean): ParsedCommand | undefined {
  const { line } = cursor;
  skipSpace(cursor);
  const begin = cursor.at;
  if (line[begin] === "!") return readEscape(cursor, connector);
  const words: Word[] = [];
  let redirection: Redirection | undefined;
  for (skipSpace(cursor); cursor.at < line.length; skipSpace(cursor)) {
    const character = line[cursor.at] ?? "";
    if (character === "#") {
      cursor.at = line.length;
      break;
    }
    if (character === ";" || character === "&" || line.startsWith("||", cursor.at)) break;
    if (character === "|" || character === ">") {
      redirection = readRedirection(cursor, lenient);
      continue;
    }
    if (character === "<") throw new ShellSyntaxError("Input cannot be redirected; put reads a file, or - for stdin");
    if (words.length >= wordLimit) throw new ShellSyntaxError(`A command may have ${wordLimit} words`);
    words.push(readWord(cursor, lenient));
  }
  const [first] = words;
  if (first === undefined) {
    if (redirection !== undefined && !lenient)
      throw new ShellSyntaxError("There is no command whose output could go there");
    return undefined;
  }
  return {
    words,
    rest: line.slice(first.end, words.at(-1)?.end).trim(),
    source: line.slice(begin, cursor.at).trim(),
    connector,
    background: false,
    ...(redirection === undefined ? {} : { redirection }),
  };
}

/** `!` takes the rest of the line as it is: it is the other shell's. */
function readEscape(cursor: Cursor, connector: Connector): ParsedCommand {
  const { line, at } = cursor;
  cursor.at = line.length;
  const word: Word = { text: "!", pattern: "!", start: at, end: at + 1, open: undefined };
  const rest = line.slice(at + 1).trim();
  return { words: [word], rest, source: line.slice(at).trim(), connector, background: false };
}

function readOperator(cursor: Cursor): ";" | "&" | "&&" | "||" | undefined {
  skipSpace(cursor);
  for (const operator of ["&&", "||", ";", "&"] as const) {
    if (!cursor.line.startsWith(operator, cursor.at)) continue;
    cursor.at += operator.length;
    return operator;
  }
  return undefined;
}

function readRedirection(cursor: Cursor, lenient: boolean): Redirection {
  const { line } = cursor;
  if (line[cursor.at] === "|") {
    const begin = ++cursor.at;
    while (cursor.at < line.length && !/[;&|]/.test(line[cursor.at] ?? "")) skipQuoted(cursor);
    // A program may read from a program: its shell knows how.
    while (line[cursor.at] === "|" && line[cursor.at + 1] !== "|") {
      cursor.at++;
      while (cursor.at < line.length && !/[;&|]/.test(line[cursor.at] ?? "")) skipQuoted(cursor);
    }
    const command = line.slice(begin, cursor.at).trim();
    if (command === "" && !lenient) throw new ShellSyntaxError("| needs a program, as in: dir | less");
    return { kind: "pipe", command };
  }
  const append = line.startsWith(">>", cursor.at);
  cursor.at += append ? 2 : 1;
  skipSpace(cursor);
  const { text } = readWord(cursor, lenient);
  if (text === "" && !lenient) throw new ShellSyntaxError("> needs a file, as in: dir > listing.txt");
  return { kind: "file", path: text, append };
}

/** One character, or what is in quotes. */
function skipQuoted(cursor: Cursor): void {
  const { line } = cursor;
  const character = line[cursor.at++];
  if (character === "\\") cursor.at++;
  if (character !== '"' && character !== "'") return;
  while (cursor.at < line.length && line[cursor.at] !== character) cursor.at += line[cursor.at] === "\\" ? 2 : 1;
  cursor.at++;
}

function readWord(cursor: Cursor, lenient: boolean): Word {
  const { line } = cursor;
  const start = cursor.at;
  let text = "";
  let pattern = "";
  let open: Word["open"];
  const quoted = (character: string): void => {
    text += character;
    pattern += special.test(character) ? `\\${character}` : character;
  };
  for (; cursor.at < line.length; cursor.at++) {
    const character = line[cursor.at] ?? "";
    if (open === undefined && ends.test(character)) break;
    const next = line[cursor.at + 1];
    if (open === "'" ? character === "'" : open === '"' && character === '"') open = undefined;
    else if (open === "'") quoted(character);
    else if (character === "\\" && (open === undefined || next === '"' || next === "\\")) {
      if (next === undefined) open = "\\";
      else quoted(next);
      cursor.at++;
    } else if (open === '"') quoted(character);
    else if (character === '"' || character === "'") open = character;
    else {
      text += character;
      pattern += character;
    }
  }
  cursor.at = Math.min(cursor.at, line.length);
  if (open !== undefined && !lenient) {
    throw new ShellSyntaxError(open === "\\" ? "Nothing follows the last \\" : `A ${open} is not closed`);
  }
  return { text, pattern, start, end: cursor.at, open };
}

function skipSpace(cursor: Cursor): void {
  while (/\s/.test(cursor.line[cursor.at] ?? "")) cursor.at++;
}

/** Writes text so that it is read as one word, for the quote that it is to stand in. */
export function quoteFor(text: string, open: Word["open"]): string {
  if (open === "'") return text.replaceAll("'", "'\\''");
  if (open === '"') return text.replace(/["\\]/g, "\\$&");
  return text.replace(/[\s;&|<>"'\\*?[\]{}#]/g, "\\$&");
}
