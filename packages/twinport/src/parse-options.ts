/** Readers of option values; each tells what it wants. */
import { InvalidArgumentError } from "commander";

/** Seconds, with a fraction if wanted, in milliseconds. */
export function parseSeconds(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0) || seconds > 1_000_000) throw new InvalidArgumentError("It is a number of seconds, as 30 or 0.5.");
  return seconds * 1000;
}

/** A whole number from 1. */
export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError("It is a whole number from 1.");
  return count;
}

/** A whole number from 0. */
export function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It is a whole number from 0.");
  return Number(text);
}

const unitFactors: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** Octets, with K, M, G or T for 1,024 of the one before; undefined for what is no such thing. */
export function parseOctets(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15}(?:\.\d{1,9})?)([BKMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const factor = unitFactors[unit.toUpperCase()];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** Octets a second: `500K`, `1.5M`. */
export function parseRate(text: string): number {
  const rate = parseOctets(text.replace(/\/s$/, ""));
  if (rate === undefined || rate < 1) throw new InvalidArgumentError("It is octets a second, as 500K or 1.5M.");
  return rate;
}

/** A port from 0 to 65535. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (port > 65_535) throw new InvalidArgumentError("It is a port from 0 to 65535.");
  return port;
}

/** `A-B`, two ports, or one. */
export function parsePortRange(text: string): readonly [number, number] {
  const [first = "", last = first, ...more] = text.split("-");
  const range = [Number(first), Number(last)] as const;
  const valid = range.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535) && range[0] <= range[1];
  if (!valid || more.length > 0) throw new InvalidArgumentError("It is a range of ports, as 50000-50100.");
  return range;
}

/** Where to listen. */
export interface ListenAddress {
  /** Undefined is all addresses, IPv4 and IPv6. */
  readonly host: string | undefined;
  readonly port: number;
}

/** `HOST:PORT`, `[::1]:PORT`, `:PORT` or `PORT`. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:.%]+)\]:|([^:[\]]*):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3] ?? 65_536);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError("It is HOST:PORT, as 127.0.0.1:2121, [::1]:2121 or :2121.");
  }
  const host = match[1] ?? match[2];
  return { host: host === undefined || host === "" || host === "*" ? undefined : host, port };
}

/** Makes a reader for an option that may be given several times. */
export function collect<T>(
  parse: (text: string) => T,
): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before) => [...(before ?? []), parse(text)];
}
