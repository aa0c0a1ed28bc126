/** What a server tells of a file that is to be fetched in segments, and whether it can be. */
import type { FtpClient } from "../client.ts";
import { FtpTransferError } from "../errors.ts";
import { chooseHash } from "../hash.ts";
import { timeOfReply } from "../time-reply.ts";
import { isSame, type FileIdentity } from "./state-file.ts";

/** Size and time of a file; its hash where the server tells no time. @returns Undefined where the server tells no size. */
export async function identify(
  client: FtpClient,
  path: string,
  signal: AbortSignal | undefined,
): Promise<FileIdentity | undefined> {
  const how = signal === undefined ? {} : { signal };
  const size = await client.size(path, how);
  if (size === undefined) return undefined;
  const modified = timeOfReply(await client.raw(`MDTM ${path}`, how));
  const known = modified !== undefined || chooseHash(client.features, undefined, false) === undefined;
  const hash = known ? undefined : await client.hash(path, how);
  return { size, modified, hash: hash && { algorithm: hash.algorithm, digits: hash.digits } };
}

/** Whether the server begins a transfer at any octet: as FEAT tells, or where there is no FEAT, as REST itself does. */
export async function canRestart(client: FtpClient, signal: AbortSignal | undefined): Promise<boolean> {
  if (/STREAM/i.test(client.features.get("REST") ?? "")) return true;
  if (client.features.size > 0) return false;
  const how = signal === undefined ? {} : { signal };
  if ((await client.raw("REST 1", how)).code !== 350) return false;
  return (await client.raw("REST 0", how)).code === 350;
}

/** @throws FtpTransferError `changed` when the server has another content than at the beginning. */
export async function demandSame(
  client: FtpClient,
  path: string,
  before: FileIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const now = await identify(client, path, signal);
  if (now !== undefined && isSame(before, now)) return;
  throw new FtpTransferError("changed", `Downloading ${path}`, "the server's file became another one meanwhile");
}
