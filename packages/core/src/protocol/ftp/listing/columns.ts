/** The columns of a line. Found by walking, so that a hostile line costs no more than its length. */

/** What stands between blanks. */
export interface Column {
  readonly text: string;
  /** Where it begins and where it has ended, in UTF-16 units of the line. */
  readonly start: number;
  readonly end: number;
}

const space = 0x20;
const tab = 0x09;

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/**
 * The columns of a line.
 *
 * @param most - How many are wanted; what follows them is not looked at.
 * @param from - Where to begin.
 */
export function columnsOf(line: string, most: number, from = 0): Column[] {
  const columns: Column[] = [];
  let at = from;
  while (columns.length < most) {
    while (at < line.length && isBlank(line.charCodeAt(at))) at++;
    if (at === line.length) break;
    const start = at;
    while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
    columns.push({ text: line.slice(start, at), start, end: at });
  }
  return columns;
}

/** What follows a column, without the blanks around it. */
export function restAfter(line: string, column: Column | undefined): string {
  return column === undefined ? "" : line.slice(column.end).trim();
}
