/** Transfers and listings, and what is told of them beforehand (RFC 959 §4.1.3, RFC 3659 §5, §7). */
import { allocationArgument } from "../arguments/allocation.ts";
import { byteOffsetArgument } from "../arguments/byte-offset.ts";
import { byteRangeArgument } from "../arguments/byte-range.ts";
import { listArgument } from "../arguments/list-argument.ts";
import { noArgument } from "../arguments/none.ts";
import { optionalPathArgument, pathArgument } from "../arguments/path.ts";
import {
  always,
  listReplies,
  refusals,
  retrieveReplies,
  row,
  storeReplies,
  type Parsed,
  type VerbRows,
} from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface TransferArguments {
  readonly RETR: string;
  readonly STOR: string;
  readonly APPE: string;
  readonly STOU: string | undefined;
  readonly REST: number;
  readonly RANG: Parsed<typeof byteRangeArgument>;
  readonly ALLO: Parsed<typeof allocationArgument>;
  readonly ABOR: undefined;
  readonly LIST: Parsed<typeof listArgument>;
  readonly NLST: Parsed<typeof listArgument>;
  readonly MLSD: string | undefined;
  readonly MLST: string | undefined;
  readonly STAT: Parsed<typeof listArgument>;
}

/** Their rows. */
export const transferVerbs: VerbRows<TransferArguments> = {
  RETR: row(pathArgument, "RFC 959 §4.1.3", "Retrieve a file", retrieveReplies, { uses: ["restart", "range"] }),
  STOR: row(pathArgument, "RFC 959 §4.1.3", "Store a file", storeReplies, { uses: ["restart", "range", "room"] }),
  APPE: row(pathArgument, "RFC 959 §4.1.3", "Append to a file", storeReplies, { uses: ["restart", "range", "room"] }),
  STOU: row(optionalPathArgument, "RFC 959 §4.1.3", "Store a file under a name of the server's choice", storeReplies, {
    uses: ["restart", "range", "room"],
  }),
  REST: row(byteOffsetArgument, "RFC 3659 §5.3", "Set where the next transfer starts", [350, 502, 530, ...always], {
    oneShot: "restart-offset",
    feature: "REST STREAM",
  }),
  RANG: row(
    byteRangeArgument,
    "draft-bryan-ftp-range",
    "Set which octets the next HASH or RETR is of; 1 0 takes it back",
    [350, 502, 530, ...always],
    { oneShot: "range", feature: "RANG STREAM" },
  ),
  ALLO: row(allocationArgument, "RFC 959 §4.1.3", "Tell how much room the next file needs", [
    200,
    202,
    452,
    504,
    530,
    552,
    ...always,
  ]),
  ABOR: row(noArgument, "RFC 959 §4.1.3", "Abort the transfer in progress", [225, 226, 530, ...always]),
  LIST: row(listArgument, "RFC 959 §4.1.3", "List a directory for people", listReplies),
  NLST: row(listArgument, "RFC 959 §4.1.3", "List the names in a directory", listReplies),
  MLSD: row(optionalPathArgument, "RFC 3659 §7", "List a directory for programs", listReplies),
  MLST: row(optionalPathArgument, "RFC 3659 §7", "Tell the facts of one name", [250, 504, 553, ...refusals]),
  STAT: row(listArgument, "RFC 959 §4.1.3", "Tell the status, or list over this connection", [
    211,
    212,
    213,
    ...refusals,
  ]),
};
