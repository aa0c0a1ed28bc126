/** Connections that are cut at any octet: each operation settles, with an error of its kind, and leaves nothing behind. */
import { describe, it } from "vitest";
import type { FtpClient } from "../../../src/ftp-client/index.ts";
import { cutsAt, measure, sampled, tryUnder } from "./cut-runs.ts";
import { startFaultyLine, type FaultyLine } from "./faulty-line.ts";
import { operations } from "./operations.ts";

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
      for (const fault of cutsAt("control", way, sampled(control[way], 1, 11))) {
        await tryUnder(line, other, operation, fault);
      }
    }
  });

  it.runIf(operation.moves)("settles with the data connection cut anywhere", async () => {
    const { line, other } = await startAll();
    const { data } = await measure(line, other, operation);
    const way = data.toClient > 0 ? "toClient" : "toServer";
    for (const fault of cutsAt("data", way, sampled(data[way], 2, 13))) {
      await tryUnder(line, other, operation, fault);
    }
  });
});
