import type { Accounts } from "@twinport/core/accounts";
import { FtpServer } from "@twinport/core/ftp-server";
import type { Storage } from "@twinport/core/storage";

/** Starts a server on both families whose login and logout routines are told who is there. */
export async function startDeviceServer(storage: Storage, port = 21): Promise<FtpServer> {
  const accounts: Accounts = {
    login: ({ user, password }, { remote }) => {
      if (user !== "device" || password !== "secret") return { refused: "credentials" };
      console.log(`login of ${user} from ${remote.address} port ${remote.port}`);
      return { name: user, storage };
    },
    logout: ({ name }, { remote }, reason) => console.log(`logout of ${name} from ${remote.address}: ${reason}`),
  };
  const server = new FtpServer({
    accounts,
    replies: "netx",
    listeners: [
      { host: "0.0.0.0", port },
      { host: "::", port, optional: true },
    ],
    limits: { sessions: 4 },
  });
  await server.start();
  return server;
}
