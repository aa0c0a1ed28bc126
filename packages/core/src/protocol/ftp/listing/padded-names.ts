/**
 * Names of MLSD with more than one blank before them.
 *
 * Exactly one stands between the facts and the name (RFC 3659 §7.2), so that a second one belongs to the name: files may
 * be called ` a` and ` b`. Some servers write two all the same. They are found out by the entries of the directory itself
 * and of the one above, whose names are known: where `.` or `..` has blanks before it, and every other name has too, the
 * blanks are the server's.
 */
import type { ReadLine } from "./dialect.ts";

/** Takes the blanks away that a server puts before each name of a listing. */
export function withoutPadding(lines: readonly ReadLine[]): readonly ReadLine[] {
  const names = lines.flatMap((line) => (line === undefined || line === "notice" ? [] : [line.name]));
  if (!names.some((name) => /^[ \t]+\.{1,2}$/.test(name))) return lines;
  if (!names.every((name) => /^[ \t]+\S/.test(name))) return lines;
  return lines.map((line) =>
    line === undefined || line === "notice" ? line : { ...line, name: line.name.trimStart() },
  );
}
