/** Makes sure that a folder of the server is there, and those above it. */
import { FtpReplyError } from "../errors.ts";
import type { OperationOptions } from "../transfer-options.ts";
import type { TreeServer } from "./tree-server.ts";

/**
 * Makes a folder where there is none: itself first, for most often those above it are there.
 *
 * @throws FtpReplyError why it cannot be made.
 */
export async function ensureDirectory(server: TreeServer, path: string, options: OperationOptions): Promise<void> {
  if (/^[./]*$/.test(path)) return;
  try {
    await server.mkdir(path, options);
  } catch (error) {
    if (!(error instanceof FtpReplyError)) throw error;
    if (await isDirectory(server, path, options)) return;
    await server.mkdir(path, { ...options, recursive: true });
  }
}

async function isDirectory(server: TreeServer, path: string, options: OperationOptions): Promise<boolean> {
  try {
    return (await server.stat(path, options)).kind === "directory";
  } catch (error) {
    if (error instanceof FtpReplyError) return false;
    throw error;
  }
}
