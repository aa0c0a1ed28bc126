/** Connections that are cut at any octet: each operation settles, with an error of its kind, and leaves nothing behind. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FtpClient } from "../../../src/ftp-client/index.ts";
import { seeded } from "../../support/seeded.ts";
import type { Fault } from "../../support/fault-proxy.ts";
import {
  arrivedIn,
  content,
  expectTyped,
  expectUsableOrClosed,
  here,
  outcome,
  prepare,
  startFaultyLine,
  type FaultyLine,
} from "./faulty-line.ts";
import { operations, type Operation } from "./operations.ts";

/** Positions from 0 to the end: the ends, and some of those between, the same in each run. */
function sampled(end: number, count: number, seed: number): number[] {
  const random = seeded(seed);
  const between = Array.from({ length: count }, () => Math.floor(random() * end));
  return [...new Set([0, 1, ...between, end - 1, end])].filter((at) => at >= 0 && at <= end).sort((a, b) => a - b);
}

/** Runs an operation on a line that is as the fault says, and looks at what is left. */
async function tryUnder(line: FaultyLine, other: FtpClient, operation: Operation, fault: Fault): Promise<void> {
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
async function measure(line: FaultyLine, other: FtpClient, operation: Operation): Promise<FaultyLine["proxy"]["passed"]> {
  await prepare(line.storage);
  const client = await line.connect();
  line.proxy.arm();
  await operation.run({ client, storage: line.storage, local: line.local, other });
  const passed = structuredClone(line.proxy.passed);
  await client.close();
  return passed;
}

async function startAll(): Promise<{ line: FaultyLine; other: FtpClient }> {
  const line = await startFaultyLine();
  const other = await line.connect();
  return { line, other };
}

describe.each(operations.map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
  it("settles with the control connection cut anywhere", async () => {
    const { line, other } = await startAll();
    const { control } = await measure(line, other, operation);
    for (const way of ["toClient", "toServer"] as const) {
      for (const after of sampled(control[way], 3, 11)) {
        await tryUnder(line, other, operation, { kind: after % 2 === 0 ? "reset" : "fin", line: "control", way, after });
      }
    }
  });

  it.runIf(operation.moves)("settles with the data connection cut anywhere", async () => {
    const { line, other } = await startAll();
    const { data } = await measure(line, other, operation);
    const way = data.toClient > 0 ? "toClient" : "toServer";
    for (const [index, after] of sampled(data[way], 2, 13).entries()) {
      for (const kind of index % 2 === 0 ? (["reset", "fin"] as const) : (["fin", "reset"] as const)) {
        await tryUnder(line, other, operation, { kind, line: "data", way, after });
      }
    }
  });
});
