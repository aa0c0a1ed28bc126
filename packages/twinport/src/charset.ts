/** Charsets of names, by iconv-lite. */
import type { NameCodec } from "@twinport/core/ftp-client";
import { InvalidArgumentError } from "commander";
import iconv from "iconv-lite";

/** What commands, replies and listings are made of besides names. */
const ascii = 'LIST 227 (),|;=-/"\r\n';

/** Reads the name of a charset. @throws InvalidArgumentError for one that is not known, or that has no ASCII in it. */
export function parseCharset(name: string): NameCodec {
  if (!iconv.encodingExists(name) || !iconv.encode(ascii, name).equals(Buffer.from(ascii))) {
    throw new InvalidArgumentError(
      "It is a charset that has ASCII in it, as windows-1252, cp1251, shift_jis or euc-kr.",
    );
  }
  return {
    encode: (text) => {
      const bytes = iconv.encode(text, name);
      // What there is no room for became a question mark.
      return iconv.decode(bytes, name) === text ? bytes : undefined;
    },
    decode: (bytes) => {
      const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), name);
      return text.includes("\uFFFD") ? undefined : text;
    },
  };
}
