/** Programs of others, and our own server as a program: started for a test, ended with it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { endianness, tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, startServerProgram, type Ended, type RunOptions } from "../programs.ts";

/** Runs a program to its end. @throws Error with all it said when it does not end with 0, unless `mayFail`. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions & { readonly mayFail?: boolean } = {},
): Promise<Ended> {
  const ended = await runProgram(command, args, { ...options, env: { LC_ALL: "C.UTF-8", ...options.env } });
  const { code, stdout, stderr } = ended;
  if (code !== 0 && options.mayFail !== true) {
    throw new Error(`${command} ${args.join(" ")} ended with ${code}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  }
  return ended;
}

/** A program that goes on until it is stopped. */
export interface Running {
  /** What it said on stderr so far. */
  readonly log: () => string;
  stop(): Promise<void>;
}

/** Starts a program in a process group of its own. */
export function start(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running & { readonly pid: number } {
  const child = spawn(command, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  child.stdout.resume();
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    log: () => log,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        process.kill(-child.pid, "SIGTERM");
        const timer = setTimeout(() => {
          if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        }, 8_000);
        await exited;
        clearTimeout(timer);
      }
    },
  };
}

/** A temporary folder, open to the users that servers run as. */
export async function makeFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "twinport-interop-"));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Whether somebody could listen there now. */
async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    if (server.listening) {
      server.close();
      await once(server, "close");
    }
  }
}

/**
 * Ports side by side, free at each of the addresses. The system does not give them to outgoing connections: one that
 * was closed within the last minute would keep its port from being listened on.
 *
 * @returns The first of them.
 */
export async function freePorts(count: number, hosts: readonly string[]): Promise<number> {
  const range = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => "32768 60999");
  const [low = 0, high = 0] = range.trim().split(/\s+/).map(Number);
  const fits = (first: number): boolean => first + count <= low || first > high;
  for (let first = 5_000; first + count < 65_536; first += count) {
    if (!fits(first)) continue;
    const ports = Array.from({ length: count }, (_, at) => first + at);
    const free = await Promise.all(ports.flatMap((port) => hosts.map((host) => isFree(port, host))));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`No ${count} ports side by side are free`);
}

/**
 * Waits until somebody listens for datagrams, without sending any: the system's own table tells.
 *
 * @param pid - A process in the same network namespace.
 * @param host - An IPv4 address.
 */
export async function waitForUdpListener(pid: number, host: string, port: number): Promise<void> {
  const octets = Buffer.from(host.split(".").map(Number));
  // The table has addresses as numbers of this machine.
  if (endianness() === "LE") octets.reverse();
  const entry = `${octets.toString("hex")}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  for (let tries = 0; tries < 200; tries++) {
    const table = await readFile(`/proc/${pid}/net/udp`, "utf8").catch(() => "");
    if (table.includes(` ${entry} `)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Nothing listens for datagrams at ${host}:${port}`);
}

/** Waits until somebody listens on this port. */
export async function waitForListener(port: number, host = "127.0.0.1"): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const there = await new Promise<boolean>((done) => {
      const socket = connect({ port, host });
      socket.on("connect", () => done(true)).on("error", () => done(false));
      socket.on("connect", () => socket.destroy());
    });
    if (there) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Nothing listens on port ${port}`);
}

/** Waits until a server greets on this port. */
export async function waitForGreeting(port: number, host = "127.0.0.1"): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const greeted = await new Promise<boolean>((done) => {
      const socket = connect({ port, host });
      socket.setTimeout(2_000);
      socket.on("data", () => {
        socket.end("QUIT\r\n");
        done(true);
      });
      for (const event of ["error", "close", "timeout"]) socket.on(event, () => done(false));
    });
    if (greeted) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`Nothing greets on port ${port}`);
}

/**
 * Our server, as a program, with one user `me` and password `secret`.
 *
 * @param more - Options for a listener more: `--tls-implicit` and the like.
 */
export async function startOurServer(
  root: string,
  more: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Running & { readonly port: number; readonly implicitPort: number }> {
  const args = [root, "--log-level", "error", ...more];
  const { port, implicitPort, log, stop } = await startServerProgram(args, {
    env: { TWINPORT_USERS: "me:secret", ...env },
    // With TLS it tells of its listeners first, and of its certificate last.
    until: more.some((option) => option.startsWith("--tls")) ? "SHA-256" : "\n",
    showLog: true,
  });
  return {
    port,
    implicitPort,
    log,
    stop: async () => {
      await stop("SIGTERM");
    },
  };
}
