/** Where a data connection goes. */

/** An address and a port of one family. */
export interface DataAddress {
  readonly family: 4 | 6;
  /** Dotted decimal, or IPv6 in lower case without a zone. */
  readonly address: string;
  readonly port: number;
}
