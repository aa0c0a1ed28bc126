/** Arguments of AUTH, PBSZ and PROT (RFC 2228 §3, RFC 4217 §4, §9). */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** A mechanism of AUTH. `TLS-C` is `TLS`; `SSL` is its name of before; `TLS-P` asks for private data at once. */
export type AuthMechanism = "TLS" | "TLS-C" | "TLS-P" | "SSL";

const mechanisms: readonly string[] = ["TLS", "TLS-C", "TLS-P", "SSL"] satisfies readonly AuthMechanism[];

function isMechanism(name: string): name is AuthMechanism {
  return mechanisms.includes(name);
}

/** AUTH's argument; letter case does not matter (RFC 4217 §8). */
export const authArgument: ArgumentCodec<AuthMechanism> = {
  syntax: "TLS",
  parse(text) {
    const name = (text ?? "").trim().toUpperCase();
    if (name === "") throw new ArgumentError("syntax", message("Name a mechanism: AUTH TLS"));
    if (!isMechanism(name)) {
      throw new ArgumentError("not-implemented-for-parameter", message("The mechanism is TLS"));
    }
    return name;
  },
  format: (value) => value,
};

/** PBSZ's argument: a 32-bit number; TLS needs none, and takes 0 (RFC 4217 §9). */
export const bufferSizeArgument: ArgumentCodec<number> = {
  syntax: "0",
  parse(text) {
    const digits = (text ?? "").trim();
    const value = /^\d{1,10}$/.test(digits) ? Number(digits) : NaN;
    if (!(value < 2 ** 32))
      throw new ArgumentError("syntax", message("PBSZ takes a number below 2^32; with TLS it is 0"));
    return value;
  },
  format: (value) => String(value),
};

/** A level of data protection: clear, safe, confidential, private (RFC 2228 §3). */
export type ProtectionLevel = "C" | "S" | "E" | "P";

function isLevel(name: string): name is ProtectionLevel {
  return name === "C" || name === "S" || name === "E" || name === "P";
}

/** PROT's argument. */
export const protectionArgument: ArgumentCodec<ProtectionLevel> = {
  syntax: "C|P",
  parse(text) {
    const name = (text ?? "").trim().toUpperCase();
    if (name === "") throw new ArgumentError("syntax", message("Name a level: PROT C or PROT P"));
    if (!isLevel(name)) throw new ArgumentError("not-implemented-for-parameter", message("The levels are C and P"));
    return name;
  },
  format: (value) => value,
};
