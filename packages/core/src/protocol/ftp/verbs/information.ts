/** What the two ends tell of themselves (RFC 959 §4.1.3, RFC 2389). */
import { languageTagArgument } from "../arguments/language-tag.ts";
import { noArgument } from "../arguments/none.ts";
import { optionsArgument } from "../arguments/options.ts";
import { optionalTextArgument, textArgument, wordAndArgument } from "../arguments/text.ts";
import { always, inUse, row, type Parsed, type VerbRows } from "./verb-row.ts";

/** Arguments of these verbs, once parsed. */
export interface InformationArguments {
  readonly HELP: string | undefined;
  readonly FEAT: undefined;
  readonly OPTS: Parsed<typeof optionsArgument>;
  readonly LANG: string | undefined;
  readonly SYST: undefined;
  readonly CSID: string;
  readonly CLNT: string;
  readonly NOOP: string | undefined;
  readonly SITE: string;
}

/** Their rows. */
export const informationVerbs: VerbRows<InformationArguments> = {
  HELP: row(optionalTextArgument, "RFC 959 §4.1.3", "Tell what the server understands", [
    211,
    214,
    502,
    504,
    ...always,
  ]),
  FEAT: row(noArgument, "RFC 2389 §3", "Tell the extensions of the server", [211, 502, ...always]),
  OPTS: row(optionsArgument, "RFC 2389 §4", "Set options of a verb", [200, 451, 502, 530, ...always]),
  // Its line in FEAT tells the language of now: the server makes it.
  LANG: row(languageTagArgument, "RFC 2640 §4.1", "Choose the language of replies", [200, 502, 504, ...always]),
  SYST: row(noArgument, "RFC 959 §4.1.3", "Tell the system", [215, 502, ...always]),
  CSID: row(
    textArgument,
    "draft-peterson-streamlined-ftp-command-extensions",
    "Tell who the client is, and ask who the server is",
    [200, ...always],
    { feature: "CSID" },
  ),
  CLNT: row(textArgument, inUse, "Tell who the client is", [200, ...always], { feature: "CLNT" }),
  NOOP: row(optionalTextArgument, "RFC 959 §4.1.3", "Do nothing", [200, ...always]),
  SITE: row(
    wordAndArgument,
    "RFC 959 §4.1.3",
    "Commands of this server: see SITE HELP",
    [200, 202, 211, 214, 250, 350, 426, 450, 451, 452, 500, 501, 502, 503, 504, 530, 550, 552, 553, 421],
  ),
};
