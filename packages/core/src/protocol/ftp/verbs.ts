/**
 * The verb catalogue, wire half: for each verb its argument, its RFC, what it does and which replies it may have. The rows
 * lie by family in verbs/.
 *
 * The server's half (permission, phase, handler) lies in ftp-server/commands; the compiler demands a handler a row. HELP,
 * FEAT, the gates and the tests that walk the table all read it here. A new verb is a row, a handler and its tests.
 */
import { accessVerbs, type AccessArguments } from "./verbs/access.ts";
import { factVerbs, type FactArguments } from "./verbs/facts.ts";
import { folderVerbs, type FolderArguments } from "./verbs/folders.ts";
import { informationVerbs, type InformationArguments } from "./verbs/information.ts";
import { parameterVerbs, type ParameterArguments } from "./verbs/parameters.ts";
import { transferVerbs, type TransferArguments } from "./verbs/transfers.ts";
import type { VerbRows } from "./verbs/verb-row.ts";

/** What the argument of each verb is once parsed. */
export interface VerbArguments
  extends
    AccessArguments,
    FolderArguments,
    ParameterArguments,
    TransferArguments,
    FactArguments,
    InformationArguments {}

/** The name of a verb. */
export type Verb = keyof VerbArguments;

/** Every verb this project knows, in the order in which HELP shows them. */
export const verbs: VerbRows<VerbArguments> = {
  ...accessVerbs,
  ...folderVerbs,
  ...parameterVerbs,
  ...transferVerbs,
  ...factVerbs,
  ...informationVerbs,
};

/** Every verb, in the catalogue's order. */
export const verbNames: readonly Verb[] = Object.keys(verbs).filter((name): name is Verb => name in verbs);
