/** A thousand machines boot at once: all get the file, whole, and the server's memory stays within bounds. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../interop/processes.ts";
import { digestOf, makeFileOf } from "../interop/tftp-files.ts";
import { startServerProgram } from "../programs.ts";

const machines = 1_000;
/** Threads that are the machines. */
const threads = 2;
const size = 1024 * 1024;
/**
 * Octets of memory that the server may have at its worst. Each transfer has its window, twice as many blocks as that, and a
 * piece of the file; what Node has by itself comes to that.
 */
const memoryLimit = 400 * 1024 * 1024;

/** What a thread tells. */
interface Booted {
  readonly digests: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

let served: Awaited<ReturnType<typeof makeFolder>>;
let name: string;
let expected: string;

beforeAll(async () => {
  served = await makeFolder();
  await makeFileOf(served.path, size);
  name = `of-${size}`;
  expected = (await digestOf(join(served.path, name))) ?? "";
});

afterAll(() => served.remove());

/** The most memory that a process ever had, in octets; undefined where the system does not tell. */
async function mostMemoryOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Each machine has an address of its own, where all of 127.0.0.0/8 is this machine's. */
function addressOf(machine: number): string {
  return process.platform === "linux" ? `127.70.${machine >> 7}.${(machine & 127) + 1}` : "127.0.0.1";
}

/** Boots the machines of a thread. */
async function boot(thread: number, url: string, ways: readonly object[]): Promise<Booted> {
  const count = machines / threads;
  const addresses = Array.from({ length: count }, (_, machine) => addressOf(thread * count + machine));
  const workerData = { url, addresses, ways };
  // Without the tests' conditions of imports: the thread runs what was built.
  const worker = new Worker(join(import.meta.dirname, "boots.js"), { workerData, execArgv: [] });
  const [told] = (await once(worker, "message")) as [Booted];
  return told;
}

describe("a thousand machines at once", () => {
  it.each([
    ["by windows of 16", [{ blockSize: 1428, windowSize: 16 }]],
    ["in lock-step", [{ blockSize: 1428, windowSize: 1 }]],
    ["each in its way", [{ plain: true }, { blockSize: 1428, windowSize: 4 }, { blockSize: 65_464, windowSize: 1 }]],
  ])("all get the file, %s", async (_how, ways) => {
    const args = [served.path, "--anonymous", "--tftp", "127.0.0.1:0", "--log-level", "error"];
    const server = await startServerProgram(args, { until: "tftp:", showLog: true });
    onTestFinished(async () => {
      await server.stop("SIGTERM");
    });
    const begun = performance.now();
    const url = `tftp://127.0.0.1:${server.tftpPort}/${name}`;
    const told = await Promise.all(Array.from({ length: threads }, (_, thread) => boot(thread, url, ways)));
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const memory = await mostMemoryOf(server.pid);
    const mebibytes = memory === undefined ? "unknown" : `${Math.round(memory / 1024 / 1024)} MiB`;
    process.stderr.write(`${machines} machines in ${seconds} s, the server's memory at most ${mebibytes}\n`);
    expect(told.flatMap(({ failures }) => failures)).toEqual([]);
    expect(told.map(({ digests }) => digests)).toEqual(told.map(() => ({ [expected]: machines / threads })));
    if (memory !== undefined) expect(memory).toBeLessThan(memoryLimit);
  });
});
