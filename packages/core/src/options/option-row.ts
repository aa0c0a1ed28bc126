/**
 * What an option may be, as plain data. A table has a row for each option of an interface: the compiler demands each, and
 * refuses rows that no option has. The same tables check what is given and make docs/options.md.
 */

/** What an option may be. */
export type OptionRow =
  | { readonly is: "boolean" }
  | { readonly is: "text"; readonly isSecret?: boolean }
  | { readonly is: "number"; readonly least?: number; readonly most?: number; readonly isWhole?: boolean }
  | { readonly is: "word"; readonly words: readonly (string | number)[] }
  | { readonly is: "function" }
  /** Whatever has these methods: an object of the application's, or of a class. */
  | { readonly is: "object"; readonly name: string; readonly methods: readonly string[] }
  | { readonly is: "options"; readonly options: () => OptionTable }
  | { readonly is: "list"; readonly of: OptionRow; readonly length?: number; readonly least?: number }
  | { readonly is: "either"; readonly of: readonly OptionRow[] }
  /** A certificate or a key: PEM text, its bytes, or `{ file }`. Values are not shown. */
  | { readonly is: "pem" }
  /** An object whose names are the application's, as a map from networks to addresses. */
  | { readonly is: "map"; readonly of: OptionRow };

/** The options of one object. */
export interface OptionTable {
  /** What takes them, for messages: `FtpClient.connect`. */
  readonly name: string;
  readonly rows: Readonly<Record<string, OptionRow>>;
  /** Words of other libraries, and what is meant by each here. */
  readonly foreign: Readonly<Record<string, string>>;
  /** Options that cannot be left out. */
  readonly needed: readonly string[];
}

/** A row for each option of an interface, and no other. */
export type OptionRows<Options> = { readonly [Name in keyof Required<Options>]: OptionRow };

/** Makes a table that the compiler holds against an interface. */
export function optionTable<Options>(
  name: string,
  rows: OptionRows<Options>,
  foreign: Readonly<Record<string, string>> = {},
  needed: readonly (keyof Options & string)[] = [],
): OptionTable {
  return { name, rows, foreign, needed };
}

export const boolean: OptionRow = { is: "boolean" };
export const text: OptionRow = { is: "text" };
export const secretText: OptionRow = { is: "text", isSecret: true };
export const aFunction: OptionRow = { is: "function" };
export const signal: OptionRow = { is: "object", name: "an AbortSignal", methods: ["addEventListener"] };
export const nameCodec: OptionRow = { is: "object", name: "a NameCodec", methods: ["encode", "decode"] };
export const port: OptionRow = { is: "number", least: 0, most: 65_535, isWhole: true };
/** A number of things: whole, and 0 or more. */
export const count: OptionRow = { is: "number", least: 0, isWhole: true };
/** Milliseconds, or an amount. Infinity is no limit. */
export const amount: OptionRow = { is: "number", least: 0 };

/** A certificate or a key. */
export const pem: OptionRow = { is: "pem" };

/** One of some words. */
export function word(...words: readonly (string | number)[]): OptionRow {
  return { is: "word", words };
}

/** A list of things of one kind. */
export function listOf(of: OptionRow, length?: number): OptionRow {
  return length === undefined ? { is: "list", of } : { is: "list", of, length };
}

/** Any of several. */
export function either(...of: readonly OptionRow[]): OptionRow {
  return { is: "either", of };
}

/** An object with options of its own. */
export function nested(options: () => OptionTable): OptionRow {
  return { is: "options", options };
}
