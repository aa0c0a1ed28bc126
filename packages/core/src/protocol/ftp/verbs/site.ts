/** The words that follow SITE (RFC 959 §4.1.3), wire half. */
import { noArgument } from "../arguments/none.ts";
import { pathArgument } from "../arguments/path.ts";
import { twoPathsArgument } from "../arguments/path-list.ts";
import { secondsArgument } from "../arguments/seconds.ts";
import { siteChmodArgument } from "../arguments/site-chmod.ts";
import { siteUmaskArgument } from "../arguments/site-umask.ts";
import { siteUtimeArgument } from "../arguments/site-utime.ts";
import { optionalTextArgument } from "../arguments/text.ts";
import { row, type Parsed, type VerbRows } from "./verb-row.ts";

/** What the argument of each SITE command is once parsed. */
export interface SiteVerbArguments {
  readonly CHMOD: Parsed<typeof siteChmodArgument>;
  readonly UMASK: Parsed<typeof siteUmaskArgument>;
  readonly UTIME: Parsed<typeof siteUtimeArgument>;
  readonly SYMLINK: Parsed<typeof twoPathsArgument>;
  readonly COPY: Parsed<typeof twoPathsArgument>;
  readonly CPFR: string;
  readonly CPTO: string;
  readonly IDLE: number | undefined;
  readonly WHO: undefined;
  readonly HELP: string | undefined;
}

/** The name of a SITE command. */
export type SiteVerb = keyof SiteVerbArguments;

const source = "RFC 959 §4.1.3";
const copyReplies = [250, 426, 450, 451, 452, 501, 530, 550, 552, 553];

/** Their rows. */
export const siteVerbs: VerbRows<SiteVerbArguments> = {
  CHMOD: row(siteChmodArgument, source, "Set permission bits, in octal", [200, 501, 502, 530, 550]),
  UMASK: row(siteUmaskArgument, source, "Tell or set which bits new files lack, in octal", [200, 501, 502, 530]),
  UTIME: row(siteUtimeArgument, source, "Set when a file was modified", [200, 501, 502, 530, 550]),
  SYMLINK: row(twoPathsArgument, source, "Make the second name a link to the first", [200, 501, 502, 530, 550, 553]),
  COPY: row(twoPathsArgument, source, "Copy the first file to the second name", copyReplies),
  CPFR: row(pathArgument, source, "Name the file that is to be copied", [350, 501, 530, 550]),
  CPTO: row(pathArgument, source, "Copy it to this", [503, ...copyReplies]),
  IDLE: row(secondsArgument, source, "Tell or set after how many seconds an idle session ends", [200, 501, 504]),
  WHO: row(noArgument, source, "Tell who is connected", [211, 501, 550]),
  HELP: row(optionalTextArgument, source, "Tell what SITE understands", [214, 501]),
};

/** Every SITE command, in the catalogue's order. */
export const siteVerbNames: readonly SiteVerb[] = Object.keys(siteVerbs).filter(
  (name): name is SiteVerb => name in siteVerbs,
);
