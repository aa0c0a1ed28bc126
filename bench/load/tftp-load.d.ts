import type { Done } from "./ftp-load.js";

/** Runs TFTP transfers in worker threads. */
export function runTftpLoad(
  server: { readonly host: string; readonly port: number },
  job: {
    readonly put?: boolean;
    readonly name: string;
    readonly size?: number;
    readonly count: number;
    readonly atOnce?: number;
    readonly blockSize?: number;
    readonly windowSize?: number;
  },
): Promise<Done>;
