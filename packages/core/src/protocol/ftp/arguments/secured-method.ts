/** SSCN's argument: which end of TLS a server is on its data connections, for transfers between two servers. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** `ON` is TLS's client, `OFF` its server; undefined asks which it is. */
export const methodArgument: ArgumentCodec<"ON" | "OFF" | undefined> = {
  syntax: "[ON|OFF]",
  parse(text) {
    const word = (text ?? "").trim().toUpperCase();
    if (word === "") return undefined;
    if (word === "ON" || word === "OFF") return word;
    throw new ArgumentError("syntax", message("SSCN takes ON, OFF, or nothing"));
  },
  format: (value) => value,
};
