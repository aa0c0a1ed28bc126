/** What `serve` is told on the command line. */
import type { Command } from "commander";
import type { ListenAddress } from "../parse-options.ts";
import type { RepresentationFlags } from "../representation-options.ts";
import type { LogFormat } from "./logs.ts";
import type { ServeTftpFlags } from "./tftp-flags.ts";
import type { ServeTlsOptions } from "./tls.ts";

/** The flags. */
export interface ServeFlags extends ServeTlsOptions, ServeTftpFlags, RepresentationFlags {
  /** False by --no-ftp. */
  readonly ftp: boolean;
  readonly listen?: readonly ListenAddress[];
  readonly user?: readonly string[];
  readonly proxyProtocol?: readonly string[];
  readonly usersFile?: string;
  readonly anonymous?: boolean;
  readonly passivePorts?: readonly [number, number];
  readonly externalAddress?: string;
  readonly activePort?: number;
  readonly allowForeignData?: boolean;
  readonly charset?: string;
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly idleTimeout: number;
  readonly replies: "standard" | "netx";
  readonly modeZ?: boolean;
  readonly restartMarkers?: number;
  readonly inPlace?: boolean;
  readonly fsync?: boolean;
  readonly logFormat?: LogFormat;
  readonly logLevel: string;
}

/** The port that is listened on unless told otherwise: 21 needs root. */
export const defaultPort = 2121;

/** Flags that mean something without FTP, beside those of TFTP. */
const sharedFlags: ReadonlySet<string> = new Set(["ftp", "inPlace", "fsync", "logFormat", "logLevel"]);

/**
 * The flags for FTP alone that stand on the command line, for the error of --no-ftp. What comes from the environment or
 * the file of settings may be meant for other runs, and is left out of account there.
 */
export function ftpFlagsGiven(command: Command): string[] {
  return command.options
    .filter((option) => {
      const name = option.attributeName();
      const given = command.getOptionValueSource(name) === "cli" && !sharedFlags.has(name) && !name.startsWith("tftp");
      return given && option.negate === (command.getOptionValue(name) === false);
    })
    .map(({ long, short }) => long ?? short ?? "");
}
