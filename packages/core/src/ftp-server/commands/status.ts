/** STAT (RFC 959 §4.1.3): the status of the session or of its transfer, or a listing over the control connection. */
import { describeFormat, message, replyCode, type ListArgument, type Text } from "../../protocol/index.ts";
import type { CommandRow } from "../command-row.ts";
import { resolveListing } from "../listing/listing.ts";
import type { Session } from "../session/session.ts";
import { longWork } from "../transfer/long-work.ts";

/** STAT: without an argument it overtakes a running transfer and tells how far it is. */
export const stat: CommandRow<ListArgument> = {
  overtakes: "status",
  handle(session, argument) {
    if (argument.literal === undefined) {
      session.reply(replyCode.systemStatus, status(session));
      return undefined;
    }
    session.demand("list", argument.literal);
    return longWork(session, "STAT", argument.literal, ({ signal }) => listed(session, argument, signal));
  },
};

/** Octets of a listing in a reply: more belongs on a data connection. */
const statLimit = 1024 * 1024;

async function listed(session: Session, argument: ListArgument, signal: AbortSignal): Promise<void> {
  const listing = await resolveListing(session, argument, "long", signal);
  const lines: Text[] = [];
  let octets = 0;
  for await (const piece of listing.pieces()) {
    octets += piece.length;
    if (octets > statLimit) {
      lines.push(message("(and more: use LIST)"));
      break;
    }
    for (const line of piece.split("\r\n")) if (line !== "") lines.push(line);
  }
  // Whoever sent ABOR meanwhile has its reply: the work goes on behind it only where the storage does not heed the signal.
  signal.throwIfAborted();
  const code = listing.ofFile ? replyCode.fileStatus : replyCode.directoryStatus;
  session.reply(code, [message("Status of {path}:", { path: listing.path }), ...lines, message("End of status")]);
}

function status(session: Session): Text[] {
  const { account, connection, endpoint, parameters, transfer } = session;
  const who = { address: connection.remote.address, account: account.name };
  const lines = [message("Status:"), message(" Connected from {address}, logged in as {account}", who)];
  lines.push(describeFormat(parameters));
  switch (transfer.state) {
    case "none":
      lines.push(message(` No transfer; data connection ${endpoint.end}`));
      break;
    case "opening":
    case "connecting": {
      const { verb, path } = transfer;
      lines.push(message(" {verb} {path}: the data connection is being made", { verb, path }));
      break;
    }
    case "moving": {
      const { verb, path } = transfer;
      const seconds = Math.max(0.001, (performance.now() - transfer.since) / 1000);
      const rate = Math.round(session.transferred / seconds);
      const moved = { verb, path, octets: session.transferred, rate };
      lines.push(message(" {verb} {path}: {octets} octets so far, {rate} octets a second", moved));
      break;
    }
  }
  lines.push(message("End of status"));
  return lines;
}
