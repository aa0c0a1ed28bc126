/** Months by their names, in whatever language. */
import { monthNames } from "./month-names.ts";

/** What a name stands for that is not the same month in each language that has it: Polish listopad is Croatian October. */
export const disputedMonth = 0;

type Names = ReadonlyMap<string, number>;

const languages: readonly Names[] = Object.values(monthNames).map((months) => {
  const names = new Map<string, number>();
  for (const [index, same] of months.split(" ").entries())
    for (const name of same.split("|")) names.set(name, index + 1);
  return names;
});

const numbers = collect();

function collect(): Names {
  const found = new Map<string, number>();
  for (const names of languages) {
    for (const [name, month] of names) {
      const known = found.get(name);
      found.set(name, known === undefined || known === month ? month : disputedMonth);
    }
  }
  // As `ls` writes them in English: found without a copy in small letters.
  for (const [name, month] of [...found]) found.set(name.charAt(0).toUpperCase() + name.slice(1), month);
  return found;
}

/** Characters of the longest name, with a dot and a comma. */
const longest = 18;

/**
 * The number of a month, 1 to 12; in any case, with or without a dot, a comma behind it; 月 and 월 after a number.
 *
 * @returns undefined for what is no month, and for a name that languages use for different ones: `chooseMonths` tells those.
 */
export function parseMonth(text: string | undefined): number | undefined {
  const month = lookUp(text, numbers);
  return month === disputedMonth ? undefined : month;
}

/** Whether a name is that of a month in some language. */
export function isMonthName(text: string | undefined): boolean {
  return lookUp(text, numbers) !== undefined;
}

/** As `parseMonth`, but `disputedMonth` for a name that languages use for different months. */
export function monthOrDispute(text: string | undefined): number | undefined {
  return lookUp(text, numbers);
}

function lookUp(text: string | undefined, names: Names): number | undefined {
  if (text === undefined || text.length > longest) return undefined;
  const known = names.get(text) ?? names.get(text.toLowerCase());
  if (known !== undefined) return known;
  const numbered = /^(\d{1,2})[月월]$/.exec(text);
  if (numbered !== null) {
    const month = Number(numbered[1]);
    return month >= 1 && month <= 12 ? month : undefined;
  }
  const plain = text
    .toLowerCase()
    .normalize("NFC")
    .replace(/\.?,?$/, "");
  // A capital İ becomes two characters.
  return names.get(plain) ?? names.get(plain.replace("i̇", "i"));
}

/**
 * Tells the months of a listing by the languages that have all of its names.
 *
 * @param used - The names of months in the listing.
 * @returns What `parseMonth` does, but knows a disputed name where all those languages agree.
 */
export function chooseMonths(used: Iterable<string>): (text: string | undefined) => number | undefined {
  const words = [...used].filter(isMonthName);
  const spoken = languages.filter((names) => words.every((word) => lookUp(word, names) !== undefined));
  return (text) => {
    const month = lookUp(text, numbers);
    if (month !== disputedMonth) return month;
    const meant = new Set(spoken.map((names) => lookUp(text, names)).filter((each) => each !== undefined));
    const [only] = meant;
    return meant.size === 1 ? only : undefined;
  };
}
