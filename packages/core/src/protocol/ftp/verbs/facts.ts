/** Facts of files, asked for and set (RFC 3659 §3, §4, draft-somers-ftp-mfxx, draft-bryan-ftp-hash). */
import { factsAndPathArgument } from "../arguments/facts-and-path.ts";
import { modifiedTimeArgument } from "../arguments/modified-time.ts";
import { optionalPathArgument, pathArgument } from "../arguments/path.ts";
import { pathAndRangeArgument } from "../arguments/path-and-range.ts";
import { timeAndPathArgument } from "../arguments/time-and-path.ts";
import type { HashAlgorithm } from "../hash-algorithm.ts";
import { inUse, refusals, row, type Parsed, type VerbRow, type VerbRows } from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface FactArguments {
  readonly SIZE: string;
  readonly MDTM: Parsed<typeof modifiedTimeArgument>;
  readonly MFMT: Parsed<typeof timeAndPathArgument>;
  readonly MFCT: Parsed<typeof timeAndPathArgument>;
  readonly MFF: Parsed<typeof factsAndPathArgument>;
  readonly HASH: string;
  readonly XCRC: Parsed<typeof pathAndRangeArgument>;
  readonly XMD5: Parsed<typeof pathAndRangeArgument>;
  readonly XSHA1: Parsed<typeof pathAndRangeArgument>;
  readonly XSHA256: Parsed<typeof pathAndRangeArgument>;
  readonly XSHA512: Parsed<typeof pathAndRangeArgument>;
  readonly AVBL: string | undefined;
}

const setReplies = [213, 504, ...refusals];

function hashRow(verb: string, algorithm: Exclude<HashAlgorithm, "CRC32"> | "CRC-32"): VerbRow<FactArguments["XCRC"]> {
  const replies = [250, 426, 554, ...refusals];
  return row(pathAndRangeArgument, inUse, `Tell the ${algorithm} of a file or a part of it`, replies, {
    feature: verb,
  });
}

/** Their rows. FEAT's lines of MFF and HASH depend on the session: the server makes them. */
export const factVerbs: VerbRows<FactArguments> = {
  SIZE: row(pathArgument, "RFC 3659 §4", "Tell the size of a file", [213, 504, ...refusals], {
    feature: "SIZE",
  }),
  MDTM: row(modifiedTimeArgument, "RFC 3659 §3", "Tell, or set, when a file was modified", [213, ...refusals], {
    feature: "MDTM",
  }),
  MFMT: row(timeAndPathArgument, "draft-somers-ftp-mfxx §3", "Set when a file was modified", setReplies, {
    feature: "MFMT",
  }),
  MFCT: row(timeAndPathArgument, "draft-somers-ftp-mfxx §4", "Set when a file was created", setReplies, {
    feature: "MFCT",
  }),
  MFF: row(factsAndPathArgument, "draft-somers-ftp-mfxx §5", "Set facts of a file", setReplies),
  HASH: row(pathArgument, "draft-bryan-ftp-hash", "Tell the hash of a file", [213, 426, 504, 554, ...refusals], {
    uses: ["range"],
  }),
  XCRC: hashRow("XCRC", "CRC-32"),
  XMD5: hashRow("XMD5", "MD5"),
  XSHA1: hashRow("XSHA1", "SHA-1"),
  XSHA256: hashRow("XSHA256", "SHA-256"),
  XSHA512: hashRow("XSHA512", "SHA-512"),
  AVBL: row(
    optionalPathArgument,
    "draft-peterson-streamlined-ftp-command-extensions",
    "Tell how many octets can still be stored",
    [213, ...refusals],
    { feature: "AVBL" },
  ),
};
