/** The client on lines that are cut at every single octet: what the unit tests sample, whole. */
import { describe, expect, it } from "vitest";
import {
  cutsAt,
  everyOctet,
  measure,
  moveIntact,
  tryUnder,
} from "../../packages/core/test/ftp-client/faults/cut-runs.ts";
import { octets, startFaultyLine } from "../../packages/core/test/ftp-client/faults/faulty-line.ts";
import { operations } from "../../packages/core/test/ftp-client/faults/operations.ts";

/** Octets of the file whose every octet is cut at. */
const small = 1_500;

describe.each(operations.map((operation) => [operation.name, operation] as const))("%s", (_, operation) => {
  it("settles with the control connection cut at every octet", async () => {
    const line = await startFaultyLine();
    const other = await line.connect();
    const { control } = await measure(line, other, operation);
    for (const way of ["toClient", "toServer"] as const) {
      expect(control[way]).toBeGreaterThan(0);
      for (const fault of cutsAt("control", way, everyOctet(control[way]))) {
        await tryUnder(line, other, operation, fault);
      }
    }
  });
});

describe.each(["download", "upload"] as const)("a pool's %s arrives whole", (direction) => {
  it.each(["toClient", "toServer"] as const)("with the control connection cut at every octet, %s", async (way) => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: octets(small) };
    const { control } = await moveIntact(line, moved);
    for (const fault of cutsAt("control", way, everyOctet(control[way]))) await moveIntact(line, moved, fault);
  });

  it("with the data connection cut at every octet", async () => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: octets(small) };
    const way = direction === "download" ? "toClient" : "toServer";
    for (const fault of cutsAt("data", way, everyOctet(small))) await moveIntact(line, moved, fault);
  });
});
