/** A pool that tries again brings files whole over a line that is cut anywhere: their SHA-256 is compared. */
import { describe, expect, it } from "vitest";
import { cutsAt, moveIntact, sampled } from "./cut-runs.ts";
import { content, octets, startFaultyLine } from "./faulty-line.ts";

/** More than what is sent anew in any case. */
const large = octets(1_200_000, 23);

describe.each(["download", "upload"] as const)("a pool's %s arrives whole", (direction) => {
  it.each(["toClient", "toServer"] as const)("with the control connection cut, %s", async (way) => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: content };
    const { control } = await moveIntact(line, moved);
    for (const fault of cutsAt("control", way, sampled(control[way], 8, 3))) await moveIntact(line, moved, fault);
  });

  it("with the data connection cut, by itself and together with the control connection", async () => {
    const line = await startFaultyLine();
    const way = direction === "download" ? "toClient" : "toServer";
    const moved = { direction, bytes: large };
    const { data } = await moveIntact(line, moved);
    expect(data[way]).toBe(large.length);
    for (const fault of cutsAt("data", way, sampled(data[way], 6, 5))) await moveIntact(line, moved, fault);
  });

  it("with replies that are split, late, or come twice", async () => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: content.subarray(0, 500) };
    await moveIntact(line, moved, { kind: "split", line: "control" });
    await moveIntact(line, moved, { kind: "split", line: "data" });
    await moveIntact(line, moved, { kind: "delay", line: "control", milliseconds: 3 });
    await moveIntact(line, moved, { kind: "double" });
  });

  it("with a 421 in place of any reply", async () => {
    const line = await startFaultyLine();
    const moved = { direction, bytes: content };
    for (let at = 0; at < 12; at++) {
      const then = at % 2 === 0 ? "fin" : "reset";
      await moveIntact(line, moved, { kind: "reply", at, text: "421 Going down\r\n", then });
    }
  });
});
