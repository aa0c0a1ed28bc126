/**
 * Ten minutes of everything at once: 200 clients with all verbs, plain and under TLS, active and passive, with transfers that
 * are given up and clients that vanish, broken uploads that go on, directories that are renamed under uploads, TFTP beside it. No file may be lost or torn, and the server must hold no more at the
 * end than in the middle.
 *
 * TWINPORT_SOAK_SECONDS: how long. TWINPORT_SOAK_CHART: a file that the chart is written to.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { makeFolder } from "../interop/processes.ts";
import { soakChart, type SoakSample } from "./soak-chart.ts";
import { digestOf, SoakClient, type SoakPorts } from "./soak-client.ts";

const seconds = Number(process.env["TWINPORT_SOAK_SECONDS"] ?? 600);
const clientCount = Number(process.env["TWINPORT_SOAK_CLIENTS"] ?? 200);
/** What may be more in the last quarter than in the third one: a share, and octets for what an allocator keeps. */
const [growth, keeps] = [1.1, 24 * 1024 * 1024];

interface Told extends SoakSample {
  readonly uploads: number;
  readonly downloads: number;
  readonly broken: number;
  readonly logins: number;
  readonly tftp: number;
  readonly octets: number;
  readonly faults: readonly string[];
}

let folder: Awaited<ReturnType<typeof makeFolder>>;
let child: ChildProcess;
let ports: SoakPorts;
const samples: Told[] = [];
const faults: string[] = [];

beforeAll(async () => {
  folder = await makeFolder();
  for (let number = 0; number < clientCount; number++) await mkdir(join(folder.path, `client-${number}`));
  child = fork(join(import.meta.dirname, "soak-server.js"), { execArgv: ["--expose-gc"] });
  const { cert, key } = await (await makeAuthority()).issue(["127.0.0.1"]);
  child.send({ start: { root: folder.path, certificate: { cert, key } } });
  const [first] = (await once(child, "message")) as [{ readonly ports: SoakPorts }];
  ports = first.ports;
  const begun = performance.now();
  child.on("message", ({ sample }: { readonly sample?: Omit<Told, "seconds"> }) => {
    if (sample === undefined) return;
    samples.push({ ...sample, seconds: (performance.now() - begun) / 1000 });
    faults.push(...sample.faults);
  });
});

afterAll(async () => {
  if (child.connected) child.disconnect();
  if (child.exitCode === null) await once(child, "exit");
  await folder.remove();
});

it(
  "loses and tears no file, and holds no more in the end than in the middle",
  { timeout: (seconds + 300) * 1000 },
  async () => {
    const over = new AbortController();
    setTimeout(() => over.abort(), seconds * 1000);
    const clients = Array.from(
      { length: clientCount },
      (_, number) => new SoakClient({ number, ports, signal: over.signal }),
    );
    await Promise.all(clients.map((client) => client.run()));
    // What comes while the clients end is left out.
    const loaded = samples.filter((sample) => sample.seconds <= seconds);
    const half = loaded.slice(loaded.length / 2, loaded.length * 0.75);
    const quarter = loaded.slice(loaded.length * 0.75);
    await expect.poll(async () => (await sampleNow()).sessions, { timeout: 60_000 }).toBe(0);
    await expect.poll(async () => (await sampleNow()).transfers, { timeout: 60_000 }).toBe(0);
    const last = await sampleNow();
    const steps = clients.reduce((sum, { done }) => sum + done, 0);
    report(last, steps);
    const chart = process.env["TWINPORT_SOAK_CHART"];
    if (chart !== undefined)
      await writeFile(chart, soakChart(samples, `${clientCount} clients for ${seconds} seconds`));

    expect(clients.flatMap((client) => client.faults).slice(0, 5)).toEqual([]);
    expect(faults.slice(0, 5)).toEqual([]);
    expect(steps).toBeGreaterThan(clientCount);
    expect(await tornFiles(clients)).toEqual([]);
    expect(last.armed).toBe(0);
    expect(mean(quarter, ({ rss }) => rss)).toBeLessThan(mean(half, ({ rss }) => rss) * growth + keeps);
    expect(mean(quarter, ({ heap }) => heap)).toBeLessThan(mean(half, ({ heap }) => heap) * growth + keeps);
    expect(mean(quarter, ({ descriptors }) => descriptors)).toBeLessThan(
      mean(half, ({ descriptors }) => descriptors) * growth + 32,
    );
  },
);

/** Asks the server, and gives what it tells. */
async function sampleNow(): Promise<Told & { readonly transfers: number }> {
  const before = samples.length;
  child.send({ tell: true });
  while (samples.length === before) await once(child, "message");
  return samples.at(-1) as Told & { readonly transfers: number };
}

/** Files on the disk that are not what their client knows, and files that no client knows. */
async function tornFiles(clients: readonly SoakClient[]): Promise<string[]> {
  const torn: string[] = [];
  for (const { name, files } of clients) {
    const there = (await readdir(join(folder.path, name))).filter((file) => !file.startsWith(".twinport-"));
    for (const file of new Set([...there, ...files.keys()])) {
      const content = await readFile(join(folder.path, name, file)).catch(() => undefined);
      const known = files.get(file) ?? new Set([undefined]);
      if (!known.has(content === undefined ? undefined : digestOf(content))) torn.push(`${name}/${file}`);
    }
  }
  return torn;
}

function report({ uploads, downloads, broken, logins, tftp, octets, rss, descriptors }: Told, steps: number): void {
  const mebibytes = (value: number): string => (value / 1024 / 1024).toFixed(1);
  const peak = Math.max(...samples.map((sample) => sample.rss));
  const counts = `${steps} steps, ${logins} logins, ${uploads} uploads, ${downloads} downloads, ${broken} broken off, ${tftp} TFTP requests`;
  const memory = `${mebibytes(octets)} MiB moved; resident ${mebibytes(peak)} MiB at most, ${mebibytes(rss)} MiB at the end; ${descriptors} descriptors at the end`;
  process.stderr.write(`soak: ${counts}\nsoak: ${memory}\n`);
}

function mean(some: readonly Told[], value: (sample: Told) => number): number {
  return some.reduce((sum, sample) => sum + value(sample), 0) / Math.max(1, some.length);
}
