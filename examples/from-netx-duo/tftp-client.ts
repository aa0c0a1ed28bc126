import { get, put, tftpErrorCode, TftpError } from "@twinport/core/tftp";

/** Fetches an image in blocks of 512 octets, and stores a report; without an image there is nothing to report. */
export async function exchange(host: string, port = 69): Promise<Uint8Array | undefined> {
  try {
    const { data } = await get({ host, port, file: "image.bin" }, { plain: true });
    await put(Buffer.from(`${data.length} octets came\n`), { host, port, file: "report.txt" }, { plain: true });
    return data;
  } catch (error) {
    if (error instanceof TftpError && error.code === tftpErrorCode.fileNotFound) return undefined;
    throw error;
  }
}
