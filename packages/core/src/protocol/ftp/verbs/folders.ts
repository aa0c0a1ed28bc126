/** Folders and names (RFC 959 §4.1.1, §4.1.3, RFC 775). */
import { noArgument } from "../arguments/none.ts";
import { optionalPathArgument, pathArgument } from "../arguments/path.ts";
import { pathListArgument } from "../arguments/path-list.ts";
import { fileReplies, inUse, refusals, row, type VerbRows } from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface FolderArguments {
  readonly CWD: string | undefined;
  readonly XCWD: string | undefined;
  readonly CDUP: undefined;
  readonly XCUP: undefined;
  readonly SMNT: string;
  readonly PWD: undefined;
  readonly XPWD: undefined;
  readonly MKD: string;
  readonly XMKD: string;
  readonly RMD: string;
  readonly XRMD: string;
  readonly DELE: string;
  readonly RNFR: string;
  readonly RNTO: string;
  readonly COMB: readonly string[];
}

const changeReplies = [200, 250, ...refusals];
const makeReplies = [257, 200, 452, 552, 553, ...refusals];

/** Their rows. */
export const folderVerbs: VerbRows<FolderArguments> = {
  CWD: row(optionalPathArgument, "RFC 959 §4.1.1", "Change the working directory", changeReplies),
  XCWD: row(optionalPathArgument, "RFC 775", "As CWD", changeReplies),
  CDUP: row(noArgument, "RFC 959 §4.1.1", "Change to the parent directory", changeReplies),
  XCUP: row(noArgument, "RFC 775", "As CDUP", changeReplies),
  SMNT: row(pathArgument, "RFC 959 §4.1.1", "Change to a file system of this account", [202, 250, ...refusals]),
  PWD: row(noArgument, "RFC 959 §4.1.3", "Tell the working directory", [257, ...refusals]),
  XPWD: row(noArgument, "RFC 775", "As PWD", [257, ...refusals]),
  MKD: row(pathArgument, "RFC 959 §4.1.3", "Make a directory", makeReplies),
  XMKD: row(pathArgument, "RFC 775", "As MKD", makeReplies),
  RMD: row(pathArgument, "RFC 959 §4.1.3", "Remove an empty directory", fileReplies),
  XRMD: row(pathArgument, "RFC 775", "As RMD", fileReplies),
  DELE: row(pathArgument, "RFC 959 §4.1.3", "Delete a file", fileReplies),
  RNFR: row(pathArgument, "RFC 959 §4.1.3", "Name what is to be renamed", [350, 553, ...refusals], {
    oneShot: "rename-from",
  }),
  RNTO: row(pathArgument, "RFC 959 §4.1.3", "Rename it to this", [503, 532, ...fileReplies]),
  COMB: row(pathListArgument(2), inUse, "Put parts together at the end of a file, and delete them", [
    426,
    ...fileReplies,
  ]),
};
