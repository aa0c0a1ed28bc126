/** Programs as child processes, the project's own command line among them. The tests' runner has built that. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/** The project's own command line. */
export const twinport: string = resolve(import.meta.dirname, "../packages/twinport/bin/twinport.js");

/** How a program ended. */
export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string | undefined;
  /** What it reads from stdin. Default: nothing. */
  readonly input?: string | undefined;
  /** What its environment has over that of the tests; what is undefined it lacks. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** The environment of the tests, without what tells them, and not the programs, what to do: `TWINPORT_MULTICAST` is a flag too. */
function environment(more: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TWINPORT_"));
  return { ...Object.fromEntries(own), ...more };
}

/** Runs a program to its end. */
export async function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(command, args, { cwd: options.cwd, env: environment(options.env) });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** Our server as a program. */
export interface ServerProgram {
  /** The process's. */
  readonly pid: number;
  readonly port: number;
  /** Of a listener with implicit TLS; 0 without one. */
  readonly implicitPort: number;
  /** Of TFTP; 0 without it. */
  readonly tftpPort: number;
  /** What it said on stderr so far. */
  readonly log: () => string;
  /** Ends it, and gives its exit code. */
  readonly stop: (signal: "SIGINT" | "SIGTERM") => Promise<number | null>;
}

/** How our server is started. */
export interface ServerProgramOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** What is on stdout once it listens everywhere. Default: a line's end. */
  readonly until?: string | undefined;
  /** Whether what it says on stderr is shown by the tests. */
  readonly showLog?: boolean | undefined;
  /** A command that runs it elsewhere, as in a network namespace. */
  readonly through?: readonly string[] | undefined;
}

/** Starts our server on a free port of 127.0.0.1, unless it is without FTP. @param args - What follows `serve`. */
export async function startServerProgram(
  args: readonly string[],
  options: ServerProgramOptions = {},
): Promise<ServerProgram> {
  const [command, ...before] = [...(options.through ?? []), process.execPath];
  const listen = args.includes("--no-ftp") ? [] : ["--listen", "127.0.0.1:0"];
  const child = spawn(command, [...before, twinport, "serve", ...listen, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(options.env),
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
    if (options.showLog === true) process.stderr.write(text);
  });
  const exited = once(child, "exit");
  let told = "";
  while (!told.includes(options.until ?? "\n")) told += ((await once(child.stdout, "data")) as [Buffer])[0].toString();
  const portOf = (scheme: string): number => Number(new RegExp(`\\b${scheme}://[^\\n]*:(\\d+)`).exec(told)?.[1] ?? 0);
  return {
    pid: child.pid ?? 0,
    port: portOf("ftp"),
    implicitPort: portOf("ftps"),
    tftpPort: portOf("tftp"),
    log: () => log,
    stop: async (signal) => {
      child.kill(signal);
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
