/** Operations and transfers on a line that is cut at some octet: run one, and look at what is left. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { FtpPool, type FtpClient } from "../../../src/ftp-client/index.ts";
import { putFile } from "../../ftp-server/server-fixture.ts";
import type { Fault, Line, Passed, Way } from "../../support/fault-proxy.ts";
import { seeded } from "../../support/seeded.ts";
import {
  arrivedIn,
  content,
  expectTyped,
  expectUsableOrClosed,
  here,
  impatient,
  outcome,
  prepare,
  sha256,
  stored,
  type FaultyLine,
} from "./faulty-line.ts";
import type { Operation } from "./operations.ts";

/** Positions from 0 to the end: the ends, and some of those between, the same in each run. */
export function sampled(end: number, count: number, seed: number): number[] {
  const random = seeded(seed);
  const between = Array.from({ length: count }, () => Math.floor(random() * end));
  return [...new Set([0, ...between, end])].sort((a, b) => a - b);
}

/** Each position from 0 to the end. */
export function everyOctet(end: number): number[] {
  return Array.from({ length: end + 1 }, (_, at) => at);
}

/** Runs an operation on a line that is as the fault says, and looks at what is left. */
export async function tryUnder(line: FaultyLine, other: FtpClient, operation: Operation, fault: Fault): Promise<void> {
  const what = `${operation.name} under ${JSON.stringify(fault)}`;
  const { storage, local, proxy } = line;
  await prepare(storage);
  for (const name of await arrivedIn(local)) await rm(join(local, name), { recursive: true });
  proxy.arm();
  const client = await line.connect();
  proxy.arm(fault);
  const ended = await outcome(operation.run({ client, storage, local, other }), what);
  const undetectable = operation.trusts === true && fault.kind === "fin" && fault.line === "data";
  if ("error" in ended && !undetectable) expectTyped(ended.error, what);
  await expectUsableOrClosed(client, what);
  client.destroy();
  // What bears its final name is whole; what broke may be kept under another one.
  const target = await here(join(local, "target"));
  if (target !== undefined) expect(content.equals(target), what).toBe(true);
}

/** How many octets an operation moves on each line and way when nothing goes wrong. */
export async function measure(line: FaultyLine, other: FtpClient, operation: Operation): Promise<Passed> {
  await prepare(line.storage);
  const client = await line.connect();
  line.proxy.arm();
  await operation.run({ client, storage: line.storage, local: line.local, other });
  const passed = structuredClone(line.proxy.passed);
  await client.close();
  return passed;
}

/** A transfer of a pool, with what it moves. */
export interface Moved {
  readonly direction: "download" | "upload";
  readonly bytes: Uint8Array;
}

/** Moves a file by a pool that tries again, on a line that is as the fault says: it must arrive as it was. */
export async function moveIntact(line: FaultyLine, { direction, bytes }: Moved, fault?: Fault): Promise<Passed> {
  const { storage, proxy, local } = line;
  const what = `${direction} under ${JSON.stringify(fault)}`;
  const target = join(local, "target");
  await prepare(storage);
  for (const name of await arrivedIn(local)) await rm(join(local, name), { recursive: true });
  if (direction === "download") await putFile(storage, "/file", bytes);
  proxy.arm(fault);
  const pool = new FtpPool(
    { host: "127.0.0.1", port: proxy.port, user: "me", password: "secret", ...impatient },
    { limit: 1, retry: { retries: 4, delay: 1 } },
  );
  try {
    const moving = direction === "download" ? pool.download("/file", target) : pool.upload(bytes, "/new");
    const ended = await outcome<unknown>(moving, what);
    expect(ended, what).not.toHaveProperty("error");
    const arrived = direction === "download" ? await here(target) : await stored(storage, "/new");
    expect(arrived === undefined ? "nothing" : sha256(arrived), what).toBe(sha256(bytes));
    if (direction === "download") expect(await arrivedIn(local), what).toEqual(["target"]);
    return structuredClone(proxy.passed);
  } finally {
    await pool.close();
  }
}

/** The cuts of a line at these positions, with a reset and with a FIN by turns, and with both connections at once. */
export function cutsAt(line: Line, way: Way, positions: readonly number[]): Fault[] {
  return positions.map((after, index) => ({
    kind: index % 2 === 0 ? "reset" : "fin",
    line,
    way,
    after,
    both: line === "data" && index % 3 === 2,
  }));
}
