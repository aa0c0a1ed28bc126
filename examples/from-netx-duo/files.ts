import type { FtpClient } from "@twinport/core/ftp-client";

/** Reads a file in the caller's own buffer; read gives 0 where NX_FTP_END_OF_FILE was. */
export async function checksum(client: FtpClient, path: string): Promise<number> {
  const file = await client.openRead(path);
  const buffer = new Uint8Array(512);
  let sum = 0;
  try {
    for (let count = await file.read(buffer); count > 0; count = await file.read(buffer)) {
      for (const octet of buffer.subarray(0, count)) sum = (sum + octet) & 0xffff;
    }
  } finally {
    await file.close();
  }
  return sum;
}

/** Writes a file as its portions come, under another name until it is whole. */
export async function record(client: FtpClient, path: string, portions: AsyncIterable<Uint8Array>): Promise<number> {
  const { bytes } = await client.upload(portions, `${path}.new`);
  await client.rename(`${path}.new`, path);
  return bytes;
}
