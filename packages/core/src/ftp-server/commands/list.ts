/** LIST and NLST (RFC 959 §4.1.3). */
import type { ListArgument } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { resolveListing } from "../listing/listing.ts";
import { sendListing } from "../transfer/send-listing.ts";

/** LIST: as `ls -l` shows it. */
export const list: CommandRow<ListArgument> = {
  permission: "list",
  async handle(session, argument) {
    const listing = await resolveListing(session, argument, "long");
    await sendListing(session, "LIST", listing.path, listing.pieces());
  },
};

/** NLST: names as RETR takes them: what was typed before the last `/` stays in front (RFC 1123 §4.1.2.7). */
export const nlst: CommandRow<ListArgument> = {
  permission: "list",
  async handle(session, argument) {
    const listing = await resolveListing(session, argument, "names");
    await sendListing(session, "NLST", listing.path, listing.pieces());
  },
};
