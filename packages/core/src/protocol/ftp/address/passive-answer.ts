/**
 * The answer to PASV (RFC 959 §5.4, RFC 1123 §4.1.2.6).
 *
 *     227 Entering Passive Mode (h1,h2,h3,h4,p1,p2)
 *
 * NetX Duo's client wants no digit before the address and neither digit nor comma after it.
 */
import type { DataAddress } from "./data-address.ts";

/** The text of a 227. */
export function formatPassiveAnswer({ address, port }: DataAddress): string {
  return `Entering Passive Mode (${address.replaceAll(".", ",")},${port >> 8},${port & 255}).`;
}

const sixNumbers = /(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3}),\s*(\d{1,3})/;

/** The address in the text of a 227, parentheses or not: RFC 1123 says to look for the digits. Undefined without one. */
export function parsePassiveAnswer(text: string): DataAddress | undefined {
  const match = sixNumbers.exec(text);
  if (match === null) return undefined;
  const [h1 = 256, h2 = 256, h3 = 256, h4 = 256, p1 = 256, p2 = 256] = match.slice(1).map(Number);
  if ([h1, h2, h3, h4, p1, p2].some((octet) => octet > 255)) return undefined;
  const port = p1 * 256 + p2;
  return port === 0 ? undefined : { family: 4, address: `${h1}.${h2}.${h3}.${h4}`, port };
}
