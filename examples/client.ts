/** A client that uploads, lists and reads back. */
import { FtpClient } from "@twinport/core/ftp-client";

/** Does it. @returns What it read back. */
export async function runExampleClient(url: string): Promise<string> {
  await using client = await FtpClient.connect(url);
  await client.mkdir("reports");
  await client.upload(Buffer.from("all is well\n"), "reports/today.txt");
  for (const entry of await client.list("reports")) console.log(entry.name, entry.size);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.openRead("reports/today.txt")) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
