/** Who speaks, and whether in the clear: login, hosts, TLS (RFC 959 §4.1.1, RFC 4217, RFC 7151). */
import { hostNameArgument } from "../arguments/host-name.ts";
import { noArgument } from "../arguments/none.ts";
import { authArgument, bufferSizeArgument, protectionArgument } from "../arguments/security.ts";
import { optionalTextArgument, textArgument } from "../arguments/text.ts";
import { always, row, type Parsed, type VerbRows } from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface AccessArguments {
  readonly USER: string;
  readonly PASS: string | undefined;
  readonly ACCT: string;
  readonly REIN: undefined;
  readonly HOST: string;
  readonly AUTH: Parsed<typeof authArgument>;
  readonly PBSZ: number;
  readonly PROT: Parsed<typeof protectionArgument>;
  readonly CCC: undefined;
  readonly QUIT: undefined;
}

/** Their rows. */
export const accessVerbs: VerbRows<AccessArguments> = {
  USER: row(textArgument, "RFC 959 §4.1.1", "Name the user", [230, 232, 331, 332, 530, ...always]),
  PASS: row(optionalTextArgument, "RFC 959 §4.1.1", "Give the password", [230, 202, 332, 503, 530, ...always], {
    secret: true,
  }),
  ACCT: row(textArgument, "RFC 959 §4.1.1", "Name the account", [230, 202, 503, 530, ...always], { secret: true }),
  REIN: row(noArgument, "RFC 959 §4.1.1", "Log out and start afresh", [120, 220, 502, ...always]),
  HOST: row(hostNameArgument, "RFC 7151 §3", "Name the host that is meant", [220, 502, 503, 504, 530, ...always], {
    feature: "HOST",
  }),
  AUTH: row(authArgument, "RFC 4217 §4", "Begin TLS", [234, 334, 431, 502, 503, 504, 534, ...always], {
    feature: "AUTH TLS",
  }),
  PBSZ: row(bufferSizeArgument, "RFC 4217 §9", "Set the protection buffer's size: 0", [200, 502, 503, 530, ...always], {
    feature: "PBSZ",
  }),
  PROT: row(
    protectionArgument,
    "RFC 4217 §9",
    "Choose whether data goes in clear or private",
    [200, 431, 502, 503, 504, 530, 534, 536, ...always],
    { feature: "PROT" },
  ),
  CCC: row(
    noArgument,
    "RFC 4217 §5",
    "Go on in clear on the control connection",
    [200, 502, 530, 533, 534, ...always],
    { feature: "CCC" },
  ),
  QUIT: row(noArgument, "RFC 959 §4.1.1", "Log out and close", [221, ...always]),
};
