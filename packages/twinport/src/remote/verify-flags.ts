/** Whether files are compared by their hashes once they have moved. */
import type { FtpPool } from "@twinport/core/ftp-client";
import type { Command } from "commander";

/** What the command line says of it. */
export interface VerifyFlags {
  /** Undefined where neither `--verify` nor `--no-verify` was given. */
  readonly verify?: boolean;
  readonly continue?: boolean;
}

/** Adds the options. */
export function withVerifyOptions(command: Command): Command {
  return command
    .option("--verify", "compare hashes after each file (default: with --continue, where the server has one)")
    .option("--no-verify", "compare none");
}

/** As the library takes it: a file of two halves is compared as a whole, where the server can. */
export async function verifies(pool: FtpPool, flags: VerifyFlags): Promise<{ readonly verify?: boolean }> {
  if (flags.verify !== undefined) return { verify: flags.verify };
  if (flags.continue !== true) return {};
  const features = await pool.use(async (client) => client.features);
  return hashVerbs.some((verb) => features.has(verb)) ? { verify: true } : {};
}

const hashVerbs = ["HASH", "XSHA512", "XSHA256", "XSHA1", "XMD5", "XCRC"] as const;
