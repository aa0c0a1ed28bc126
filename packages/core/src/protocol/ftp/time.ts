/**
 * Time values (RFC 3659 §2.3), in UTC.
 *
 *     YYYYMMDDHHMMSS[.sss]
 */

const earliest = Date.UTC(-1, 12, 1);
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The nearest time whose year has four digits: file systems have others, and one such file must not spoil a listing. */
export function withinFourDigits(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, earliest), latest);
}

/** Milliseconds since 1970-01-01 UTC as a time value; the fraction only where there is one. */
export function formatTimeValue(ms: number): string {
  const iso = new Date(withinFourDigits(ms)).toISOString();
  const day = iso.slice(0, 4) + iso.slice(5, 7) + iso.slice(8, 10);
  const digits = day + iso.slice(11, 13) + iso.slice(14, 16) + iso.slice(17, 19);
  const fraction = iso.slice(20, 23);
  return fraction === "000" ? digits : `${digits}.${fraction}`;
}

/**
 * A time value in milliseconds since 1970-01-01 UTC; undefined when it is none. A leap second is the last second before
 * it. Servers with the fault of the year 2000 write 19100 for 2000: that is understood.
 */
export function parseTimeValue(text: string): number | undefined {
  const match = /^(\d{4}|19\d{3})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const year = match[1] ?? "";
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const fullYear = year.length === 5 ? 1900 + Number(year.slice(2)) : Number(year);
  const ms = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000 + 1e-6);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fullYear, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000 + ms;
}
