/** What `serve` is told on the command line. */
import type { ListenAddress } from "../parse-options.ts";
import type { RepresentationFlags } from "../representation-options.ts";
import type { LogFormat } from "./logs.ts";
import type { ServeTftpFlags } from "./tftp-flags.ts";
import type { ServeTlsOptions } from "./tls.ts";

/** The flags. */
export interface ServeFlags extends ServeTlsOptions, ServeTftpFlags, RepresentationFlags {
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
