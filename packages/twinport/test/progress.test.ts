import { describe, expect, it, vi, afterEach } from "vitest";
import { jsonLines, plainLines, totalLine } from "../src/remote/progress-lines.ts";
import { Tally } from "../src/remote/progress-tally.ts";
import { Rate } from "../src/remote/rate.ts";
import { fitted } from "../src/remote/terminal-text.ts";

const event = (path: string, bytes: number, size?: number, offset = 0) => ({
  path,
  bytes,
  offset,
  size,
  direction: "download" as const,
  rate: 0,
  remaining: undefined,
});

afterEach(() => vi.restoreAllMocks());

/** What is said on stderr. */
function listen(): string[] {
  const said: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  return said;
}

describe("a rate", () => {
  it("is that of the last seconds, and begins anew where a count goes back", () => {
    let now = 0;
    const rate = new Rate(() => now);
    for (; now <= 20_000; now += 500) rate.note(now < 10_000 ? now : 10_000 + (now - 10_000) * 4);
    now = 20_000;
    expect(Math.round(rate.perSecond(50_000))).toBe(4000);
    rate.note(100);
    now = 21_000;
    expect(rate.perSecond(1100)).toBe(1000);
  });
});

describe("progress", () => {
  it("counts files, octets and the time left, of each and of all", () => {
    let now = 0;
    const tally = new Tally(() => now);
    tally.expect(3, 4000);
    expect(tally.observe(event("a", 0, 1000, 500))).toBe(true);
    tally.observe(event("b", 0, 1000));
    now = 1000;
    expect(tally.observe(event("a", 250, 1000, 500))).toBe(false);
    tally.observe(event("b", 250, 1000));
    expect(tally.standing("a")).toEqual({ done: 750, size: 1000, rate: 250, left: 1 });
    expect(tally.total()).toMatchObject({ done: 1000, size: 4000, files: 0, expected: 3, rate: 500, left: 6 });
    expect(tally.end("a")).toMatchObject({ milliseconds: 1000 });
    expect(tally.standing("a")).toBeUndefined();
    expect(tally.total()).toMatchObject({ done: 1000, files: 1 });
    expect(tally.paths).toEqual(["b"]);
  });

  it("is told in a line", () => {
    const standing = { files: 3, expected: 120, done: 1024, size: 4096, rate: 512, left: 6 };
    expect(totalLine(standing)).toBe("3 of 120 files, 1.0 KiB of 4.0 KiB (25%), 512 B/s, 0:06 left");
    expect(totalLine({ ...standing, expected: undefined, files: 0, size: undefined, rate: 0, left: undefined })).toBe(
      "1.0 KiB",
    );
  });

  it("is told as JSON lines: plan, begin, progress, end and notes", () => {
    const said = listen();
    const view = jsonLines();
    view.expect(1, 10);
    view.onProgress(event("a", 1, 10));
    view.onProgress(event("a", 2, 10));
    view.note("twinport: odd");
    view.note("twinport: odd", { event: "warning", message: "odd" });
    view.onProgress(event("a", 10, 10));
    view.end("a");
    view.end("a");
    view.close();
    expect(said.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: "plan", files: 1, bytes: 10 },
      { event: "begin", path: "a", direction: "download", bytes: 1, offset: 0, size: 10 },
      { event: "note", message: "odd" },
      { event: "warning", message: "odd" },
      {
        event: "end",
        path: "a",
        direction: "download",
        bytes: 10,
        offset: 0,
        size: 10,
        milliseconds: expect.any(Number) as number,
      },
    ]);
  });

  it("is told in plain lines at each file's end, names made harmless", () => {
    const said = listen();
    const view = plainLines();
    view.onProgress(event("a\u001b[2J", 2048));
    view.end("a\u001b[2J");
    view.onProgress(event("b", 1));
    view.close();
    expect(said).toEqual(["a\\x1b[2J: 2.0 KiB in 0:00\n", "b: 1 B in 0:00\n"]);
  });

  it("keeps its columns with names of all scripts", () => {
    expect(fitted("abc", 5)).toBe("abc  ");
    expect(fitted("abcdef", 5)).toBe("abcd…");
    expect(fitted("한국어 파일", 8)).toBe("한국어 …");
    expect(fitted("e\u0301e\u0301e\u0301", 2)).toBe("e\u0301…");
  });
});
