/** Where the records of a binary file end (RFC 959 §3.1.2.2): text has lines, octets need telling. */

/** How a binary file is divided into records. */
export type RecordLayout =
  /** The file is one record. Records that come are joined. */
  | { readonly layout: "single" }
  /** Records of so many octets; the last may be shorter. */
  | { readonly layout: "fixed"; readonly length: number }
  /** The lengths of the records are kept beside the file. */
  | { readonly layout: "index" };

/** Records that an index may have. */
export const maxIndexedRecords = 1_000_000;
