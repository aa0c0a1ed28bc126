import type { Storage } from "@twinport/core/storage";
import { TftpServer } from "@twinport/core/tftp";

/** Starts a server that anybody may read from and write to, as the model's does. */
export async function startTftpServer(storage: Storage, port = 69): Promise<TftpServer> {
  const server = new TftpServer({
    storage,
    write: { overwrite: true },
    listeners: [
      { host: "127.0.0.1", port },
      { host: "::1", port, optional: true },
    ],
  });
  server.on("transfer", ({ request, octets }) => console.log(`${request.operation} of ${request.file}: ${octets}`));
  await server.start();
  return server;
}
