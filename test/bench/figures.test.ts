/** Arithmetic, tables and pictures of the bench. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ratioChart } from "../../bench/figures/chart.js";
import { makeResult, resultRow, writeResult, type Result } from "../../bench/figures/result.js";
import { median, ratioToBest } from "../../bench/figures/statistics.js";
import { markdown } from "../../bench/figures/table.js";
import { runProgram } from "../programs.ts";

const run = resolve(import.meta.dirname, "../../bench/run.js");

function someResult(): Result {
  const speed = { name: "retr", unit: "MB/s", better: "more", per: "GB" } as const;
  const memory = { name: "idle-memory", unit: "KiB a session", better: "less" } as const;
  const rows = [
    resultRow(
      "ftp",
      speed,
      {
        twinport: [{ value: 2100, cpu: 0.4, memory: 50 * 1024 ** 2 }, { value: 1000 }, { value: 2000, cpu: 0.6 }],
        vsftpd: [{ value: 2500 }],
        "<peer> & co": [{ value: 100 }],
      },
      "twinport",
    ),
    resultRow("ftp", memory, { twinport: [{ value: 5 }], vsftpd: [{ value: 2000 }] }, "twinport"),
    resultRow("tftp", { ...speed, name: "lonely" }, { twinport: [{ value: 1 }] }, "twinport"),
    resultRow("tftp", { ...speed, name: "theirs" }, { dnsmasq: [{ value: 1 }] }, "twinport"),
  ];
  return makeResult({ rounds: 3, quick: false, rows, leftOut: ["atftpd is not installed"] });
}

describe("a median", () => {
  it("is the middle, whatever the order", () => expect(median([9, 1, 5])).toBe(5));
  it("is between the middle two of an even number", () => expect(median([10, 2, 1, 4])).toBe(3));
  it("compares numbers, not letters", () => expect(median([100, 20, 3])).toBe(20));
  it("is no number without values", () => expect(median([])).toBeNaN());
  it("leaves the values in their order", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("a ratio", () => {
  it("is to the largest where more is better", () =>
    expect(ratioToBest("more", { us: 30, a: 10, b: 20 }, "us")).toEqual({ ratio: 1.5, best: "b" }));
  it("is to the smallest where less is better", () =>
    expect(ratioToBest("less", { us: 30, a: 10, b: 20 }, "us")).toEqual({ ratio: 1 / 3, best: "a" }));
  it("is nothing without others, or without a figure of its own", () => {
    expect(ratioToBest("more", { us: 30 }, "us")).toBeUndefined();
    expect(ratioToBest("more", { a: 30 }, "us")).toBeUndefined();
  });
});

describe("a result", () => {
  it("has medians of rounds, and of what some rounds know", () => {
    const [row] = someResult().rows;
    expect(row?.cells["twinport"]).toEqual({
      values: [2100, 1000, 2000],
      median: 2000,
      cpu: 0.5,
      memory: 50 * 1024 ** 2,
    });
    expect(row).toMatchObject({ ratio: 0.8, best: "vsftpd" });
  });

  it("is printed as tables, with what was left out", () => {
    const text = markdown(someResult());
    expect(text).toContain("| work | unit | twinport | vsftpd | <peer> & co | ratio |\n|---|---|---|---|---|---|\n");
    expect(text).toContain("| retr | MB/s | 2000 | 2500 | 100 | 0.80 (vsftpd) |\n");
    expect(text).toContain("| idle-memory | KiB a session | 5.00 | 2000 | – | 400.00 (vsftpd) |\n");
    expect(text).toContain("| retr | s per GB, MiB | 0.50, 50.0 | – | – |\n");
    expect(text).toContain("| theirs | MB/s | – | 1.00 | – |\n");
    expect(text).toContain("- left out: atftpd is not installed");
  });

  it("is drawn as well-formed SVG, with a bar for each ratio and a line at one", () => {
    const row = { name: "a<b>&\"c'", unit: "MB/s", better: "more" } as const;
    const odd = resultRow("ftp", row, { twinport: [{ value: 1 }], "<peer> & co": [{ value: 1 }] }, "twinport");
    const svg = ratioChart({ ...someResult(), rows: [...someResult().rows, odd] });
    expect(faultIn(svg)).toBeUndefined();
    expect(svg.match(/<rect class="(ahead|behind)"/g)).toEqual([
      '<rect class="behind"',
      '<rect class="ahead"',
      '<rect class="ahead"',
    ]);
    expect(svg.match(/class="one"/g)).toHaveLength(1);
  });

  it("is well-formed without any ratio", () => {
    expect(faultIn(ratioChart({ ...someResult(), rows: [] }))).toBeUndefined();
  });

  it("is printed and drawn again from where it was kept", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-bench-test-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [json, svg] = [join(folder, "result.json"), join(folder, "ratios.svg")];
    const result = someResult();
    writeResult(json, result);
    const { code, stdout } = await runProgram(process.execPath, [run, "--from", json, "--svg", svg]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${markdown(result)}\n` });
    expect(await readFile(svg, "utf8")).toBe(ratioChart(result));
  });

  it("is not made for a row that there is not", async () => {
    const { code, stdout, stderr } = await runProgram(process.execPath, [run, "retrieve"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^There is no row retrieve: retr, /);
  });
});

/** What is not well-formed in such XML as the chart is: one element, tags that close, no stray signs. */
function faultIn(xml: string): string | undefined {
  const open: string[] = [];
  const markup = /<(\/?)([a-z]+)((?: [a-zA-Z:0-9-]+="[^"<&]*")*)(\/?)>|([^<]+)/gy;
  let [end, roots] = [0, 0];
  for (const found of xml.matchAll(markup)) {
    end = found.index + found[0].length;
    const [, closes, name = "", , isEmpty, text] = found;
    if (text !== undefined) {
      if (/&(?!#\d+;)/.test(text)) return `a stray & in ${text}`;
      if (open.length === 0 && text.trim() !== "") return `text outside: ${text}`;
    } else if (closes === "/") {
      if (open.pop() !== name) return `</${name}> closes something else`;
    } else {
      if (open.length === 0) roots++;
      if (isEmpty !== "/") open.push(name);
    }
  }
  if (end !== xml.length) return `no markup: ${xml.slice(end, end + 40)}`;
  return open.length === 0 && roots === 1 ? undefined : `${open.length} open, ${roots} roots`;
}
