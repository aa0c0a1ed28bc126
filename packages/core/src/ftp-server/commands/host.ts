/** HOST: which of the names of this machine is meant (RFC 7151). */
import { message, replyCode } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";

/** HOST: before the login; the last one counts. Its certificate serves AUTH, and `ConnectionInfo` tells it. */
export const host: CommandRow<string> = {
  phase: "any",
  handle(session, name) {
    if (session.login.state !== "out") throw new CommandError("bad-sequence", message("HOST comes before the login"));
    const { hosts } = session.host.options;
    if (hosts !== undefined && !hosts.includes(name))
      throw new CommandError("unknown-host", message("{name} is not served here", { name }));
    const indicated = session.connection.tls?.serverName;
    // Under TLS the certificate that was shown is for one of them only (RFC 7151 §3).
    if (indicated !== undefined && indicated !== name) {
      throw new CommandError("unknown-host", message("This connection was made to {name}", { name: indicated }));
    }
    session.connection = { ...session.connection, serverName: name };
    session.reply(replyCode.serviceReady, session.host.options.banner);
  },
};
