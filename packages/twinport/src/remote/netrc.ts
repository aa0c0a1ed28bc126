/**
 * `.netrc`: machine, login, password, account, default; macdef is passed over, `#` begins a comment, and a token may be in
 * quotes. The first machine that matches counts.
 */

/** What `.netrc` tells of a machine. */
export interface NetrcEntry {
  readonly login?: string;
  readonly password?: string;
  readonly account?: string;
}

/**
 * Looks a machine up.
 *
 * @param text - The file.
 * @param login - When given, only an entry of this user counts.
 */
export function findInNetrc(text: string, machine: string, login?: string): NetrcEntry | undefined {
  return parseNetrc(text).find(
    (entry) =>
      (entry.machine === undefined || entry.machine === machine) &&
      (login === undefined || entry.facts.login === undefined || entry.facts.login === login),
  )?.facts;
}

interface Parsed {
  /** Undefined for `default`. */
  readonly machine: string | undefined;
  readonly facts: { login?: string; password?: string; account?: string };
}

function parseNetrc(text: string): Parsed[] {
  const entries: Parsed[] = [];
  // A macro goes on to the next empty line.
  const tokens = tokenise(text.replace(/^[ \t]*macdef[^\n]*\n(?:[^\n]+\n?)*/gm, ""));
  for (let i = 0; i < tokens.length; i++) {
    const word = tokens[i];
    if (word === "default") entries.push({ machine: undefined, facts: {} });
    else if (word === "machine") entries.push({ machine: tokens[++i] ?? "", facts: {} });
    else if (word === "login" || word === "password" || word === "account") {
      const value = tokens[++i];
      const entry = entries.at(-1);
      if (entry !== undefined && value !== undefined) entry.facts[word] = value;
    }
  }
  return entries;
}

function tokenise(text: string): string[] {
  const tokens: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|(#.*)|(\S+)/g)) {
    if (match[1] !== undefined) tokens.push(match[1].replace(/\\(.)/g, "$1"));
    else if (match[3] !== undefined) tokens.push(match[3]);
  }
  return tokens;
}
