/** How data is to travel, and where to (RFC 959 §4.1.2, RFC 1639, RFC 2428). */
import { extendedAddressArgument } from "../arguments/extended-address.ts";
import { extendedPassiveArgument } from "../arguments/extended-passive.ts";
import { hostPortArgument } from "../arguments/host-port.ts";
import { longAddressArgument } from "../arguments/long-address.ts";
import { modeCodeArgument } from "../arguments/mode-code.ts";
import { methodArgument } from "../arguments/secured-method.ts";
import { noArgument } from "../arguments/none.ts";
import { plannedTransferArgument } from "../arguments/planned-transfer.ts";
import { structureCodeArgument } from "../arguments/structure-code.ts";
import { typeArgument } from "../arguments/type-code.ts";
import { always, inUse, row, type Parsed, type VerbRows } from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface ParameterArguments {
  readonly TYPE: Parsed<typeof typeArgument>;
  readonly STRU: Parsed<typeof structureCodeArgument>;
  readonly MODE: Parsed<typeof modeCodeArgument>;
  readonly PORT: Parsed<typeof hostPortArgument>;
  readonly EPRT: Parsed<typeof extendedAddressArgument>;
  readonly LPRT: Parsed<typeof longAddressArgument>;
  readonly PRET: Parsed<typeof plannedTransferArgument>;
  readonly PASV: undefined;
  readonly EPSV: Parsed<typeof extendedPassiveArgument>;
  readonly LPSV: undefined;
  readonly CPSV: undefined;
  readonly SSCN: Parsed<typeof methodArgument>;
}

const addressReplies = [200, 425, 503, 504, 522, 530, ...always];

/** Their rows. */
export const parameterVerbs: VerbRows<ParameterArguments> = {
  TYPE: row(typeArgument, "RFC 959 §4.1.2", "Set the representation type", [200, 504, 530, ...always]),
  STRU: row(structureCodeArgument, "RFC 959 §4.1.2", "Set the file structure", [200, 504, 530, ...always]),
  MODE: row(modeCodeArgument, "RFC 959 §4.1.2", "Set the transfer mode", [200, 504, 530, ...always]),
  PORT: row(hostPortArgument, "RFC 959 §4.1.2", "Name the data port to connect to", addressReplies),
  EPRT: row(extendedAddressArgument, "RFC 2428 §2", "Name the data port, any address family", addressReplies, {
    feature: "EPRT",
  }),
  LPRT: row(longAddressArgument, "RFC 1639", "Name the data port, as a long address", [521, ...addressReplies]),
  PRET: row(
    plannedTransferArgument,
    inUse,
    "Tell which transfer comes next, before PASV",
    // Not in FEAT: clients that find it there send it before each transfer, and this server has no use for it.
    [200, 504, 530, 550, ...always],
  ),
  PASV: row(noArgument, "RFC 959 §4.1.2", "Ask for a data port to connect to", [
    227,
    425,
    502,
    503,
    522,
    530,
    ...always,
  ]),
  EPSV: row(
    extendedPassiveArgument,
    "RFC 2428 §3",
    "Ask for a data port, any address family",
    [200, 229, 425, 522, 530, ...always],
    { feature: "EPSV" },
  ),
  LPSV: row(noArgument, "RFC 1639", "Ask for a data port, as a long address", [
    228,
    425,
    502,
    503,
    521,
    530,
    ...always,
  ]),
  CPSV: row(noArgument, inUse, "As PASV, and be TLS's client on that data connection", [
    227,
    425,
    502,
    503,
    504,
    522,
    530,
    ...always,
  ]),
  SSCN: row(methodArgument, inUse, "Tell or choose whether to be TLS's client on data connections", [
    200,
    502,
    503,
    504,
    530,
    ...always,
  ]),
};
