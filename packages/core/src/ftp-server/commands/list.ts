/** LIST and NLST (RFC 959 §4.1.3). */
import type { ListArgument } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { resolveListing, type Listing } from "../listing/listing.ts";
import type { Session } from "../session/session.ts";
import { neverEmpty } from "../transfer/netx-habits.ts";
import { sendListing } from "../transfer/send-listing.ts";

/** LIST: as `ls -l` shows it. */
export const list: CommandRow<ListArgument> = {
  permission: "list",
  handle: (session, argument) => listing(session, "LIST", argument, "long"),
};

/** NLST: names as RETR takes them: what was typed before the last `/` stays in front (RFC 1123 §4.1.2.7). */
export const nlst: CommandRow<ListArgument> = {
  permission: "list",
  handle: (session, argument) => listing(session, "NLST", argument, "names"),
};

function listing(session: Session, verb: string, argument: ListArgument, form: "long" | "names"): Promise<void> {
  const path = argument.literal ?? session.workingDirectory;
  const netx = verb === "NLST" && session.host.options.replies === "netx";
  const find = async (signal: AbortSignal): Promise<Listing> => {
    const listing = await resolveListing(session, argument, form, signal);
    return netx ? neverEmpty(listing) : listing;
  };
  return sendListing(session, { verb, path, find });
}
