import { FtpClient } from "@twinport/core/ftp-client";

/** Connects to an address of either family, as nxd_ftp_client_connect does, and disconnects. */
export async function greet(address: string, port: number): Promise<string> {
  const client = await FtpClient.connect({
    host: address,
    port,
    user: "device",
    password: "secret",
    dataMode: "active", // Passive: "pasv" on IPv4, "epsv" on IPv6.
    connectTimeout: 5_000,
    replyTimeout: 5_000,
  });
  const { welcome } = client;
  await client.close();
  return welcome;
}
