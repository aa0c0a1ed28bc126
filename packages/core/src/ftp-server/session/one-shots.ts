/** What verbs leave for others: the source of a rename, a restart offset, a range, an announced size. */
import type { ByteRange } from "../../protocol/index.ts";
import type { VirtualPath } from "../../storage/index.ts";

/** Values that one other command uses up. The dispatcher clears them by the verb catalogue; handlers never do. */
export class OneShots {
  /** RNFR's path, for an RNTO that follows directly (RFC 959 §4.1.3). */
  renameFrom: VirtualPath | undefined;
  /** REST's bytes, for the next RETR, STOR or APPE, whatever comes in between (RFC 3659 §5.3). */
  restart = 0;
  /** RANG's octets, for the next HASH or RETR (draft-bryan-ftp-range). */
  range: ByteRange | undefined;
  /** SITE CPFR's path, for a SITE CPTO that follows directly. */
  copyFrom: VirtualPath | undefined;
  /** ALLO's octets, for the next upload (RFC 959 §4.1.3). */
  allocated: number | undefined;

  /** Forgets what holds for the next command only. */
  clearAdjacent(): void {
    this.renameFrom = undefined;
    this.copyFrom = undefined;
  }

  /** Forgets all of them. */
  clear(): void {
    this.renameFrom = undefined;
    this.restart = 0;
    this.range = undefined;
    this.copyFrom = undefined;
    this.allocated = undefined;
  }
}
