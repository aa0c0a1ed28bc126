/** STAT (RFC 959 §4.1.3): the status of the session or of its transfer, or a listing over the control connection. */
import { describeFormat, replyCode, type ListArgument } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { resolveListing } from "../listing/listing.ts";
import type { Session } from "../session/session.ts";

/** STAT: without an argument it overtakes a running transfer and tells how far it is. */
export const stat: CommandRow<ListArgument> = {
  overtakes: "status",
  handle(session, argument) {
    if (argument.literal === undefined) {
      session.reply(replyCode.systemStatus, status(session));
      return undefined;
    }
    session.demand("list", argument.literal);
    return listed(session, argument);
  },
};

/** Octets of a listing in a reply: more belongs on a data connection. */
const statLimit = 1024 * 1024;

async function listed(session: Session, argument: ListArgument): Promise<void> {
  const listing = await resolveListing(session, argument, "long");
  const lines: string[] = [];
  let octets = 0;
  for await (const piece of listing.pieces()) {
    octets += piece.length;
    if (octets > statLimit) {
      lines.push("(and more: use LIST)");
      break;
    }
    for (const line of piece.split("\r\n")) if (line !== "") lines.push(line);
  }
  const code = listing.ofFile ? replyCode.fileStatus : replyCode.directoryStatus;
  session.reply(code, [`Status of ${listing.path}:`, ...lines, "End of status"]);
}

function status(session: Session): string[] {
  const { remote } = session.connection;
  const lines = ["Status:", ` Connected from ${remote.address}, logged in as ${session.account.name}`];
  lines.push(` ${describeFormat(session.parameters)}`);
  const { transfer } = session;
  switch (transfer.state) {
    case "none":
      lines.push(` No transfer; data connection ${session.endpoint.end}`);
      break;
    case "connecting":
      lines.push(` ${transfer.verb} ${transfer.path}: the data connection is being made`);
      break;
    case "moving": {
      const seconds = Math.max(0.001, (Date.now() - transfer.since) / 1000);
      const rate = Math.round(session.transferred / seconds);
      lines.push(` ${transfer.verb} ${transfer.path}: ${session.transferred} octets so far, ${rate} octets a second`);
      break;
    }
  }
  lines.push("End of status");
  return lines;
}
