/** Plans as text: what is written is read as it was, and what is no plan is refused. */
import { describe, expect, it } from "vitest";
import {
  applyMirror,
  formatMirrorPlan,
  MirrorError,
  parseMirrorPlan,
  planMirror,
  type MirrorPlan,
} from "../../../src/ftp-client/index.ts";
import { look, memory, then } from "./mirror-fixture.ts";

const full: MirrorPlan = {
  version: 1,
  planned: then,
  names: { from: "here", to: "ftp://there/x" },
  compare: "changed",
  steps: [
    { action: "remove", path: "a", kind: "file", to: { size: 1, modified: then, precision: 60_000 }, first: true },
    { action: "remove-directory", path: "b/c", first: true },
    { action: "make-directory", path: "" },
    { action: "make-directory", path: "räksmörgås", mode: 0o755, modified: then, sharesName: true },
    { action: "copy", path: 'say "hi"\t日本語', reason: "missing", from: { size: 5 }, mode: 0o600 },
    {
      action: "copy",
      path: "d",
      reason: "time",
      from: { size: 5, modified: then },
      to: { size: 5 },
      setsMode: true,
      sharesName: true,
    },
    { action: "link", path: "e", target: "", replaces: true },
    { action: "remove", path: "f", kind: "symlink" },
    { action: "set-mode", path: "g", mode: 0o644 },
  ],
  unchanged: { files: 1, directories: 2, links: 3, bytes: 4 },
  notes: [{ path: "h", reason: "link", message: "left out" }],
  failures: [{ path: "i", end: "source", message: "no" }],
  heldBack: 7,
};

describe("plans as text", () => {
  it("are read as they were written", () => {
    expect(parseMirrorPlan(formatMirrorPlan(full))).toEqual(full);
    expect(parseMirrorPlan(JSON.stringify(full))).toEqual(full);
    const { names, ...nameless } = { ...full, steps: [] };
    expect(names).toBeDefined();
    expect(parseMirrorPlan(formatMirrorPlan(nameless))).toEqual(nameless);
  });

  it("can be applied later", async () => {
    const source = await memory({ "a/b": ["text", then] });
    const target = await memory({ old: ["1", then] });
    const saved = formatMirrorPlan(await planMirror(source, target, { delete: true }));
    expect(await applyMirror(parseMirrorPlan(saved), source, target)).toMatchObject({ copied: 1, removed: 1 });
    expect(await look(target, true)).toEqual(await look(source, true));
  });

  it.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["another version", JSON.stringify({ ...full, version: 2 })],
    ["a path that leads out", JSON.stringify({ ...full, steps: [{ action: "set-mode", path: "../x", mode: 0 }] })],
    ["an absolute path", JSON.stringify({ ...full, steps: [{ action: "set-mode", path: "/x", mode: 0 }] })],
    ["a removal of the root", JSON.stringify({ ...full, steps: [{ action: "remove-directory", path: "" }] })],
    ["a link that leads out", JSON.stringify({ ...full, steps: [{ action: "link", path: "a", target: "../x" }] })],
    ["a line feed in a path", JSON.stringify({ ...full, steps: [{ action: "remove-directory", path: "a\nb" }] })],
    ["an unknown step", JSON.stringify({ ...full, steps: [{ action: "format", path: "a" }] })],
    ["a mode with more bits", JSON.stringify({ ...full, steps: [{ action: "set-mode", path: "a", mode: 0o4755 }] })],
    [
      "a size that is none",
      JSON.stringify({ ...full, steps: [{ action: "copy", path: "a", reason: "size", from: {} }] }),
    ],
    ["missing counts", JSON.stringify({ ...full, unchanged: {} })],
  ])("are refused for %s", (_, text) => {
    expect(() => parseMirrorPlan(text)).toThrow(MirrorError);
  });
});
