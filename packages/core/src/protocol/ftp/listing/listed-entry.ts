/** What a client learns of an entry from a listing. */

/** An entry as a listing tells it. */
export interface ListedEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Octets. */
  readonly size?: number;
  /** Milliseconds since 1970-01-01 UTC; of the server's own zone where `timeIsLocal`. */
  readonly modified?: number;
  readonly timePrecision?: "millisecond" | "second" | "minute" | "day";
  /** True when the listing does not tell its zone: the time was read as if it were UTC. */
  readonly timeIsLocal?: boolean;
  /** Unix permission bits. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly links?: number;
  /** Where a link leads. */
  readonly target?: string;
  readonly unique?: string;
  /** All facts of an MLSx line, names in lower case. */
  readonly facts?: ReadonlyMap<string, string>;
  /** The line as it came. */
  readonly raw: string;
}
