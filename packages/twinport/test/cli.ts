/** The command line as a child process, as a person runs it. The tests' runner has built it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const program = resolve(import.meta.dirname, "../bin/twinport.js");

/** How a run ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. No password and no `.netrc` of the machine gets in. */
export async function twinport(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<Run> {
  const env: NodeJS.ProcessEnv = { ...process.env, NETRC: "/nonexistent", ...options.env };
  if (options.env?.["TWINPORT_PASSWORD"] === undefined) delete env["TWINPORT_PASSWORD"];
  const child = spawn(process.execPath, [program, ...args], { env, cwd: options.cwd });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** A server as a child process. */
export interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  readonly log: () => string;
  stop(): Promise<number | null>;
}

/** Serves a folder on a free port. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const child = spawn(process.execPath, [program, "serve", "--listen", "127.0.0.1:0", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const exited = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    child,
    port: Number(/:(\d+)\s*$/.exec(line.toString().trim())?.[1]),
    log: () => log,
    stop: async () => {
      child.kill("SIGINT");
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
