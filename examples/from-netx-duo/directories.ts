import { FtpClient, FtpReplyError } from "@twinport/core/ftp-client";

/** Makes a folder for today's logs, tells the files in it, and removes folder and files. */
export async function tidyLogs(client: FtpClient): Promise<string[]> {
  await client.mkdir("logs").catch((error: unknown) => {
    // What was NX_FTP_EXPECTED_2XX_CODE: the code, and what the server said.
    if (!(error instanceof FtpReplyError && error.code === 550)) throw error;
  });
  await client.cd("logs");
  const names = await client.names();
  for (const name of names) await client.remove(name);
  await client.cd("/");
  await client.removeDirectory("logs");
  return names;
}
