/** What was typed before: `$XDG_STATE_HOME/twinport/history`, for nobody else to read, and without passwords. */
import { appendFile, chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Lines that are kept. */
export const historyLimit = 1000;

/** Where the program keeps what it remembers (XDG Base Directory Specification). */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env["XDG_STATE_HOME"];
  return join(state === undefined || state === "" ? join(homedir(), ".local", "state") : state, "twinport");
}

/** Where the history is. */
export function historyPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(stateFolder(env), "history");
}

/** The lines of earlier shells, oldest first. What cannot be read is none. */
export async function readHistory(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length > 2 * historyLimit) {
    await writeFile(path, `${lines.slice(-historyLimit).join("\n")}\n`, { mode: 0o600 }).catch(() => undefined);
  }
  return lines.slice(-historyLimit);
}

/** Adds a line. @throws What the system says. */
export async function appendHistory(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, `${line}\n`, { mode: 0o600 });
  // It may be there from before, with the rights of another umask.
  await chmod(path, 0o600);
}

/** A line as it may be kept; undefined for one that is better forgotten. */
export function withoutSecrets(line: string): string | undefined {
  const shown = line
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^:@/\s]*):[^@\s]*@/gi, "$1@")
    .replace(/((?:^|[;&|]|\bproxy|\bqueue)\s*us(?:e|er)?\s+\S+)\s.*$/i, "$1")
    .replace(/(\s-u\s*[^\s,]+),\S*/g, "$1");
  // ACCT and PASS are secrets as a whole, and so is what `account` and `quote PASS` tell.
  if (/(?:^|[;&|]|\bproxy|\bqueue)\s*(?:ac(?:c(?:o(?:u(?:nt?)?)?)?)?\s+\S|quot?e?\s+["']?(?:pass|acct)\b)/i.test(shown))
    return undefined;
  return shown.trim() === "" ? undefined : shown;
}
