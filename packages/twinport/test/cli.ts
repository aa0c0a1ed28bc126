/** The command line as a child process, as a person runs it. */
import {
  runProgram,
  startServerProgram,
  twinport as program,
  type Ended,
  type RunOptions,
} from "../../../test/programs.ts";

/** Variables of this machine's environment that would change what is tested. */
const unwanted = ["ftp_proxy", "FTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "NO_COLOR"];

/** Runs the command line to its end. No flag, password, setting, proxy and `.netrc` of the machine gets in. */
export function twinport(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const without = Object.fromEntries(unwanted.map((name) => [name, undefined]));
  const env = { ...without, NETRC: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent", ...options.env };
  return runProgram(process.execPath, [program, ...args], { ...options, env });
}

/** A server as a child process. */
export interface Served {
  readonly port: number;
  readonly tftpPort: number;
  readonly log: () => string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<number | null>;
}

/** Serves a folder on a free port. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  // TFTP's address is told after FTP's.
  const until = args.includes("--tftp") ? "tftp://" : "\n";
  const { port, tftpPort, log, stop } = await startServerProgram(args, { env, until });
  return { port, tftpPort, log, stop: () => stop("SIGINT") };
}
