import type { FtpClient } from "@twinport/core/ftp-client";

/** Moves an image in block mode, as a NetX Duo server has it: one block, so 65,535 octets at most. */
export async function replaceImage(client: FtpClient, path: string, image: Uint8Array): Promise<Uint8Array> {
  const block = { mode: "block", representation: { blocks: "netx" } } as const;
  await client.upload(image, path, block);
  return client.downloadBytes(path, block);
}
