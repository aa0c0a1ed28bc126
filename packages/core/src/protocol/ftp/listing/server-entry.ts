/** What a listing line is made from. Structural on purpose: storages' entries fit, and this layer imports none. */

/** An entry as the server knows it. */
export interface ServerEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modified: number;
  readonly created?: number;
  /** Unix permission bits. */
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly links?: number;
  readonly unique?: string;
  readonly target?: string;
  readonly language?: string;
  readonly mediaType?: string;
  readonly charset?: string;
  /** For MLSx: the folder that is listed, or its parent. */
  readonly type?: "cdir" | "pdir";
  /** For MLSx: the letters of the fact "perm" (RFC 3659 §7.5.5). */
  readonly permissions?: string;
}
