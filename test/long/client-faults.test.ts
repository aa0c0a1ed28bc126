/**
 * The client on lines that are cut anywhere: what the unit tests do at a few octets, at two hundred of each line and way.
 *
 * TWINPORT_CUTS: how many, or `all`: every single octet of the control connections and of a small file, which takes half an
 * hour where the machine is busy. TWINPORT_CUTS_SEED: which; it is printed.
 */
import { describe, expect, it } from "vitest";
import {
  cutsAt,
  everyOctet,
  measure,
  moveIntact,
  sampled,
  tryUnder,
} from "../../packages/core/test/ftp-client/faults/cut-runs.ts";
import { octets, startFaultyLine } from "../../packages/core/test/ftp-client/faults/faulty-line.ts";
import { operations } from "../../packages/core/test/ftp-client/faults/operations.ts";

/** Octets of the file that is cut at all of its octets. */
const small = 1_500;

const { TWINPORT_CUTS: cuts = "200", TWINPORT_CUTS_SEED: given } = process.env;
const count = cuts === "all" ? Infinity : Number(cuts);
const seed = Number(given ?? Date.now() % 1_000_000_007);
process.stderr.write(`client-faults: ${cuts} cuts of each line and way; again with TWINPORT_CUTS_SEED=${seed}\n`);

/** Where a line is cut over which so many octets go. */
const positions = (end: number): number[] => (count >= end ? everyOctet(end) : sampled(end, count, seed));
/** The same, for what is too long to be cut at each octet. */
const some = (end: number): number[] => sampled(end, Math.min(count, 200), seed);

describe.each(operations.map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
  it("settles with the control connection cut anywhere", async () => {
    const line = await startFaultyLine();
    const other = await line.connect();
    const { control } = await measure(line, other, operation);
    for (const way of ["toClient", "toServer"] as const) {
      expect(control[way]).toBeGreaterThan(0);
      for (const fault of cutsAt("control", way, positions(control[way]))) {
        await tryUnder(line, other, operation, fault);
      }
    }
  });

  it.runIf(operation.moves)("settles with the data connection cut anywhere", async () => {
    const line = await startFaultyLine();
    const other = await line.connect();
    const { data } = await measure(line, other, operation);
    const way = data.toClient > 0 ? "toClient" : "toServer";
    for (const fault of cutsAt("data", way, some(data[way]))) await tryUnder(line, other, operation, fault);
  });
});

describe.each(["download", "upload"] as const)("a pool's %s arrives whole", (direction) => {
  it.each(["toClient", "toServer"] as const)("with the control connection cut anywhere, %s", async (way) => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: octets(small) };
    const { control } = await moveIntact(line, moved);
    for (const fault of cutsAt("control", way, positions(control[way]))) await moveIntact(line, moved, fault);
  });

  it("with the data connection cut anywhere", async () => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: octets(small) };
    const way = direction === "download" ? "toClient" : "toServer";
    for (const fault of cutsAt("data", way, positions(small))) await moveIntact(line, moved, fault);
  });
});
