/** Charsets of names, by iconv-lite. */
import type { NameCodec } from "@twinport/core/ftp-client";
import { UsageError } from "./exit-codes.ts";

/** What commands, replies and listings are made of besides names. */
const ascii = 'LIST 227 (),|;=-/"\r\n';

/** Looks a charset up. @throws UsageError for one that is not known, or that has no ASCII in it. */
export async function loadCharset(name: string): Promise<NameCodec> {
  // Its tables are large, and most runs of the command line need none.
  const { default: iconv } = await import("iconv-lite");
  if (!iconv.encodingExists(name) || !iconv.encode(ascii, name).equals(Buffer.from(ascii))) {
    throw new UsageError(`${name} is no charset with ASCII in it, as windows-1252, cp1251, shift_jis or euc-kr are`);
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
