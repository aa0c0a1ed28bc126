/**
 * The answer to LPSV (RFC 1639).
 *
 *     228 Entering Long Passive Mode (4,4,127,0,0,1,2,4,1)
 */
import { ArgumentError } from "../argument-error.ts";
import { formatLongAddress, longAddressArgument } from "../arguments/long-address.ts";
import type { DataAddress } from "./data-address.ts";

/** The text of a 228. */
export function formatLongPassiveAnswer(address: DataAddress): string {
  return `Entering Long Passive Mode (${formatLongAddress(address)})`;
}

/** The address in the text of a 228; undefined without one. */
export function parseLongPassiveAnswer(text: string): DataAddress | undefined {
  const match = /\d{1,3}(?:,\d{1,3}){8,20}/.exec(text);
  if (match === null) return undefined;
  try {
    return longAddressArgument.parse(match[0]);
  } catch (error) {
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}
