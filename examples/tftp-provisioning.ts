/** Provisioning by TFTP: each device, known by its address, gets a configuration of its own, and leaves its backups. */
import { resolveVirtualPath, rootPath, type Storage } from "@twinport/core/storage";
import { TftpServer, type TftpDecision, type TftpRequestInfo } from "@twinport/core/tftp";

/** A device that is to be provisioned. */
export interface Device {
  readonly address: string;
  readonly name: string;
  readonly extension: string;
}

/** Starts it. @param storage - Has what all devices fetch alike, and takes the backups. */
export async function startProvisioning(
  devices: readonly Device[],
  storage: Storage,
  { host = "127.0.0.1", port = 6969 } = {},
): Promise<TftpServer> {
  const byAddress = new Map(devices.map((device) => [device.address, device]));
  const backups = resolveVirtualPath(rootPath, "backups");
  const isThere = await storage.stat(backups).then(
    () => true,
    () => false,
  );
  if (!isThere) await storage.makeDirectory(backups);

  const onRequest = ({ operation, file, remote }: TftpRequestInfo): TftpDecision | undefined => {
    const device = byAddress.get(remote.address);
    if (device === undefined) return { refuse: "Unknown device" };
    // Whatever name it chooses, a device writes its own backup only.
    if (operation === "write") return { file: `${backups}/${device.name}.cfg` };
    return file.endsWith(".cfg") ? { content: configurationOf(device) } : undefined;
  };

  const server = new TftpServer({
    storage,
    listeners: [{ host, port }],
    write: { from: [...byAddress.keys()], overwrite: true, maxSize: 1024 * 1024 },
    onRequest,
  });
  server.on("transfer", ({ request, octets }) => {
    console.log(`${request.operation} ${request.asked} by ${request.remote.address}: ${octets} octets`);
  });
  await server.start();
  return server;
}

function configurationOf({ name, extension }: Device): string {
  return [`account.1.label = ${name}`, `account.1.user_name = ${extension}`, ""].join("\n");
}
