/** Names in a charset other than UTF-8, for peers from before RFC 2640. */

/**
 * A charset, as an application supplies it. It has ASCII for what is in ASCII, which all charsets of FTP have: command
 * lines, replies and listings are encoded as a whole. Neither method throws.
 */
export interface NameCodec {
  /** The text in this charset; undefined when it has no room for all of it. */
  encode(text: string): Uint8Array | undefined;
  /** The text that these octets are; undefined when they are none. */
  decode(bytes: Uint8Array): string | undefined;
}
