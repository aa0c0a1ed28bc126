/** The files of settings and bookmarks. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../exit-codes.ts";

/** Characters of such a file. */
const largestFile: number = 1024 * 1024;

/** Reads a file; undefined where there is none. @throws UsageError for one that cannot be read, or is too large. */
export function readSettingsFile(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text.length > largestFile) throw new UsageError(`${path} is longer than ${largestFile} characters`);
  return text;
}

/** Writes a file that only its owner may read, as a whole or not at all. @throws Error of the system. */
export function writeSettingsFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.part`;
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Reads a file that holds one object; undefined where there is none. @throws UsageError for one that is no such thing. */
export function readJsonObject(path: string): Readonly<Record<string, unknown>> | undefined {
  const text = readSettingsFile(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw new UsageError(`${path} must hold an object: { … }`);
  return value;
}

/** Whether a value is an object, and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
