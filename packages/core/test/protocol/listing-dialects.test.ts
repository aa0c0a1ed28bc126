import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMlsxLine, formatUnixLine, mlsxFacts, parseListing, type ServerEntry } from "../../src/protocol/index.ts";
import { boxSamples } from "./listing-samples/boxes.ts";
import { hostSamples } from "./listing-samples/hosts.ts";
import { moreHostSamples } from "./listing-samples/more-hosts.ts";
import { now, show, type Sample } from "./listing-samples/sample.ts";
import { styleSamples } from "./listing-samples/styles.ts";
import { localDates, localSamples, unixSamples } from "./listing-samples/unix.ts";
import { windowsSamples } from "./listing-samples/windows.ts";

const samples: readonly Sample[] = [
  ...unixSamples,
  ...localSamples,
  ...styleSamples,
  ...hostSamples,
  ...moreHostSamples,
  ...boxSamples,
  ...windowsSamples,
];
const sampleLines = samples.flatMap(({ lines }) => lines.map(([line]) => line));

/** Lines as a listing has them. */
function listing(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

describe("samples of listings", () => {
  it("are many", () => {
    expect(sampleLines.length).toBeGreaterThan(200);
  });

  it.each(samples.map((sample) => [sample.dialect, sample.title, sample] as const))(
    "in %s are understood: %s",
    (dialect, _, { lines }) => {
      const entries = parseListing(listing(lines.map(([line]) => line)), { now });
      expect(entries.map(show)).toEqual(lines.map(([, shown]) => shown).filter((shown) => shown !== undefined));
      expect(new Set(entries.map((entry) => entry.dialect))).toEqual(new Set([dialect]));
    },
  );

  it.each(localDates)("tell every month: %s", (_, months) => {
    const lines = months.split(" ").map((month, at) => `-rw-r--r-- 1 me us 5 ${month} ${at + 1} 2019 name`);
    const expected = lines.map((_line, at) => new Date(Date.UTC(2019, at, at + 1)).toISOString().slice(0, 10));
    expect(parseListing(listing(lines), { now }).map(show)).toEqual(expected.map((date) => `file 5 ${date} name`));
  });

  it("are read in no other dialect when a line stands alone", () => {
    for (const { dialect, lines } of samples) {
      for (const [line] of lines) {
        for (const entry of parseListing(line, { now }))
          expect([line, entry.dialect ?? dialect]).toEqual([line, dialect]);
      }
    }
  });

  it("keep the raw line", () => {
    for (const { lines } of samples) {
      const raw = parseListing(listing(lines.map(([line]) => line)), { now }).flatMap((entry) => entry.raw.split("\n"));
      for (const line of raw) expect(lines.map(([sent]) => sent)).toContain(line);
    }
  });

  it("tell owners, groups, bits and what else the columns hold", () => {
    const first = (line: string): unknown => parseListing(line, { now })[0];
    expect(first("-rwsr-x--T   3 CORP\\anna domain users 42 Oct 10 10:10 x")).toMatchObject({
      mode: 0o5750,
      links: 3,
      owner: "CORP\\anna",
      group: "domain users",
    });
    expect(first("A.B;1  3  14-MAR-2003 10:31 [STAFF,ANNA] (RWED,RE,,)")).toMatchObject({
      group: "STAFF",
      owner: "ANNA",
      facts: new Map([["protection", "RWED,RE,,"]]),
    });
    expect(first("PUB001 3390   2024/03/04  1    3  FB      80  3120  PO  SOURCE.COBOL")).toMatchObject({
      facts: new Map([
        ["volume", "PUB001"],
        ["unit", "3390"],
        ["dsorg", "PO"],
        ["referred", "2024/03/04"],
        ["recfm", "FB"],
        ["lrecl", "80"],
        ["blksz", "3120"],
      ]),
    });
    expect(first("ANNAA    JOB00083 ANNA     OUTPUT A        RC=0000 3 spool files")).toMatchObject({ owner: "ANNA" });
  });
});

describe("the dialect of a listing", () => {
  const dos = "01-16-02  11:14AM       <DIR>          reports";
  const unix = "-rw-r--r--   1 1000 1001 Oct 10 10:10 sums up";

  it("is that of most lines, and the lines that it does not explain are read as the others would", () => {
    const entries = parseListing(listing([dos, dos, unix, "who knows"]), { now });
    expect(entries.map(({ dialect }) => dialect)).toEqual(["dos", "dos", "unix", undefined]);
  });

  it("is that of all lines, where a few would do for two", () => {
    // Links and owner add up to the size here, as the forks of a file do on a classic Mac.
    const lines = [unix, "drwxr-xr-x   2 anna staff 512 Oct 10 10:10 folder"];
    expect(parseListing(listing(lines), { now }).map(({ dialect }) => dialect)).toEqual(["unix", "unix"]);
  });

  it("is found where the first hundreds of lines are nobody's", () => {
    const lines = [...new Array<string>(300).fill("***"), ...new Array<string>(301).fill(dos)];
    const entries = parseListing(listing(lines), { now });
    expect(entries.filter(({ dialect }) => dialect === "dos")).toHaveLength(301);
    expect(entries.filter(({ kind }) => kind === "unknown")).toHaveLength(300);
  });

  it("is MLSD's where MLSD was asked, and nothing else", () => {
    const entries = parseListing(listing([dos, "type=file;size=1; x", "  no fact"]), { now, format: "mlsd" });
    expect(entries.map(show)).toEqual([`unknown - - ${dos}`, "file 1 - x", "unknown - -  no fact"]);
    expect(entries.map(({ dialect }) => dialect)).toEqual([undefined, "mlsx", "mlsx"]);
  });

  it("tells the directory that a header names, and leaves the lines of another one raw", () => {
    const inner = "-rw-r--r-- 1 me us 5 Jan  1  2020 inner";
    const directory = "drwxr-xr-x 2 me us 512 Jan  1  2020 sub";
    const read = (lines: readonly string[]): unknown[] =>
      parseListing(listing(lines), { now }).map((entry) => [entry.dialect, entry.name, entry.directory]);
    expect(read(["pub:", "total 4", inner])).toEqual([["unix", "inner", "pub"]]);
    expect(read(["/pub:", directory, "/pub/sub:", inner])).toEqual([["unix", "sub", "/pub"]]);
    expect(read([directory, "sub:", inner])).toEqual([["unix", "sub", undefined]]);
    expect(read(["a:", inner, "b:", inner])).toEqual([
      ["unix", "inner", "a"],
      [undefined, "b:", undefined],
      [undefined, inner, undefined],
    ]);
    expect(read(["[ANNA.PUB]A.TXT;1  3  14-MAR-2003 10:31"])).toEqual([["vms", "A.TXT;1", "ANNA.PUB"]]);
    expect(read([".:"])).toEqual([]);
    expect(read(["ls: cannot open directory:"])).toEqual([[undefined, "ls: cannot open directory:", undefined]]);
  });

  it("is none where only a total, or a header of columns, would be explained", () => {
    expect(parseListing("plan.txt\r\ntotal 5\r\n", { now }).map(({ name }) => name)).toEqual(["plan.txt", "total 5"]);
    expect(parseListing("total 0\r\n", { now })).toEqual([]);
    const refused = "*.*;0   <%RMS-E-DNF, directory not found>";
    expect(parseListing(refused, { now })).toEqual([{ name: refused, kind: "unknown", raw: refused }]);
    expect(parseListing("A:[PUB]\r\n\r\n*.*;0\r\n      <%RMS-E-FNF, file not found>\r\n", { now })).toEqual([]);
  });

  it("leaves a line raw whose parts are not certain", () => {
    for (const line of [
      "-rw-r--r-- 1 me us 512 name of several words",
      "-rw-r--r-- 1 me us 512 Jan",
      "-rw-r--r-- 1 me us 512 2020-01-01",
      "drwxr-xr1 me us 512 Jan  1  2020 x",
      "01-16-02  11:14AM       <DIR>",
    ])
      expect(parseListing(line, { now })).toEqual([{ name: line, kind: "unknown", raw: line }]);
    // The owner is so long that where the name begins is not known.
    const owned = [
      "05.03.2019  17:05    <DIR>          ME\\me                  .",
      "05.03.2019  17:05                 5 OFFICE\\anna.of.the.house.on.the.hill",
    ];
    expect(parseListing(listing(owned), { now }).map(({ dialect }) => dialect)).toEqual([undefined]);
  });

  it("leaves names alone raw, for nobody knows what they are", () => {
    const entries = parseListing("plan.txt\r\nreports\r\n", { now });
    expect(entries).toEqual([
      { name: "plan.txt", kind: "unknown", raw: "plan.txt" },
      { name: "reports", kind: "unknown", raw: "reports" },
    ]);
  });
});

describe("octets that are no UTF-8", () => {
  it("are kept with their line, and spoil no other", () => {
    const line = Buffer.from("-rw-r--r-- 1 me us 5 Jan  1  2020 caf\xe9", "latin1");
    const entries = parseListing(Buffer.concat([line, Buffer.from("\r\n-rw-r--r-- 1 me us 5 Jan  1  2020 thé\r\n")]), {
      now,
    });
    expect(entries.map(({ name }) => name)).toEqual(["café", "thé"]);
    expect(entries[0]?.rawBytes).toEqual(new Uint8Array(line));
    expect(entries[1]).not.toHaveProperty("rawBytes");
  });

  it("are kept with both lines of a wrapped one", () => {
    const bytes = Buffer.from("CAF\xc9.TXT;1\r\n   2  14-MAR-2003 10:31\r\n", "latin1");
    const [entry] = parseListing(bytes, { now });
    expect(entry?.raw).toBe("CAFÉ.TXT;1\n   2  14-MAR-2003 10:31");
    expect(Buffer.from(entry?.rawBytes ?? []).toString("latin1")).toBe("CAF\xc9.TXT;1\n   2  14-MAR-2003 10:31");
  });
});

describe("lines that were formatted here", () => {
  const made: fc.Arbitrary<ServerEntry> = fc.record({
    name: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((value) => !/[\0\r\n/]/.test(value) && value !== "." && value !== ".."),
    kind: fc.constantFrom("file" as const, "directory" as const),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: Date.UTC(1971, 0, 1), max: now }),
    owner: fc.constantFrom("me", "mar", "0"),
    group: fc.constantFrom("us", "jan", "10"),
  });

  it("are recognised in a whole listing", () => {
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 8 }), (entries) => {
        const names = entries.map(({ name }) => name);
        const unix = parseListing(listing(entries.map((entry) => formatUnixLine(entry, now))), { now });
        expect(unix.map(({ name }) => name)).toEqual(names);
        const mlsd = listing(entries.map((entry) => formatMlsxLine(entry, mlsxFacts, false)));
        expect(parseListing(mlsd, { now, format: "mlsd" }).map(({ name }) => name)).toEqual(names);
        expect(parseListing(mlsd, { now }).map(({ name }) => name)).toEqual(names);
      }),
    );
  });
});

describe("names that look like parts of a line", () => {
  const parts = [
    ...[
      " ",
      "  ",
      "\t",
      ":",
      "PM",
      "AM",
      "09:47",
      "10.30",
      "2019",
      "+0100",
      "UTC",
      "-> ",
      "total 5",
      ".",
      "..",
      "sub:",
    ],
    ...["[x]", "<DIR>", "Jan", "1", "2020-01-01", "lis", "月", "a", "é", "Z"],
  ];
  const name = fc
    .array(fc.constantFrom(...parts), { minLength: 1, maxLength: 5 })
    .map((words) => words.join(""))
    .filter((value) => value.trim() !== "" && value !== "." && value !== "..");
  const made: fc.Arbitrary<ServerEntry> = fc.record({
    name,
    kind: fc.constantFrom("file" as const, "directory" as const),
    size: fc.maxSafeNat(),
    modified: fc.integer({ min: Date.UTC(1971, 0, 1), max: now }),
    owner: fc.constantFrom("me", "staff125"),
    group: fc.constantFrom("us", "domain users", "10"),
  });

  it("come back as they are, whatever the other lines are", () => {
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 6 }), (entries) => {
        const read = parseListing(listing(entries.map((entry) => formatUnixLine(entry, now))), { now });
        expect(read.map((entry) => entry.name)).toEqual(entries.map((entry) => entry.name));
      }),
      { numRuns: 500 },
    );
  });
});

describe("hostile listings", () => {
  const piece = fc.oneof(
    fc.constantFrom(...sampleLines),
    fc.constantFrom(...sampleLines.flatMap((line) => line.split(/\s+/))),
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(" ", "\t", "-", "\n", "\r\n", ";1", " -> ", "9".repeat(40)),
  );

  it("never throw, and lose no line", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom("", " ", "\n"), (pieces, between) => {
        const text = pieces.join(between);
        for (const format of ["list", "mlsd"] as const) {
          for (const entry of parseListing(text, { now, format })) {
            expect(entry.name).not.toBe("");
            expect(text.replaceAll("\r\n", "\n")).toContain(entry.raw);
            if (entry.modified !== undefined) expect(Number.isFinite(entry.modified)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parseListing(bytes, { now })));
  });

  it.each(sampleLines.filter((_, at) => at % 9 === 0))("take linear time when pieces are repeated: %s", (line) => {
    const words = line.split(/(?<=\s)/);
    for (const word of [...words, " ", "; ", " -> ", " [", "1", "-"]) {
      const long = line.replace(words[1] ?? " ", word.repeat(Math.ceil(16_000 / word.length)));
      // Square in the length of a line would be a hundred times that; of the processor, for others may want it too.
      const started = process.cpuUsage();
      parseListing(listing(new Array<string>(5).fill(long)), { now });
      expect(process.cpuUsage(started).user).toBeLessThan(500_000);
    }
  });

  it.each([
    ["Total of 1 files, ", " ", "\r."],
    ["%DIRECT-W-NOFILES ", " ", "\u2028."],
    ["Directory of :", ":", " ."],
    ["Usage for ://", "://", "\r."],
    ["CPUTIME ", "ELAPSED TIME", "\r."],
  ])("take linear time where a notice might be: %s", (start, repeated, end) => {
    const long = `${start}${repeated.repeat(Math.floor(16_000 / repeated.length))}${end}`;
    expect(parseListing(listing(new Array<string>(200).fill(long)), { now })).toHaveLength(200);
  });

  it("take 24:00 for the end of its day, and dates that do not exist for no reason to lose an entry", () => {
    const read = (line: string): unknown => parseListing(line, { now })[0];
    const size = { kind: "file", size: 5, name: " a -> b" };
    expect(read("-rw-r--r-- 1 7 8 5 Dec 31 24:00  a -> b")).toMatchObject({ ...size, modified: Date.UTC(2026, 0, 1) });
    expect(read("-rw-r--r-- 1 7 8 5 2019-12-31 24:00:00  a -> b")).toMatchObject({
      ...size,
      modified: Date.UTC(2020, 0, 1),
    });
    for (const date of ["Feb 29  2023", "Feb 30 10:00", "Nov  0 10:00"]) {
      const line = `-rw-r--r-- 1 7 8 5 ${date}  a -> b`;
      expect(read(line), date).toEqual({
        ...size,
        owner: "7",
        group: "8",
        links: 1,
        mode: 0o644,
        dialect: "unix",
        raw: line,
      });
    }
    expect(read("-rw-r--r-- 1 7 8 5 Nov 21 24:01 a")).toMatchObject({ kind: "unknown" });
  });

  it("take a line that is too long as it is", () => {
    const long = `-rw-r--r-- 1 me us 5 Jan  1  2020 ${"x".repeat(20_000)}`;
    expect(parseListing(long, { now })).toEqual([{ name: long, kind: "unknown", raw: long }]);
  });

  it("take time in proportion to their lines", { timeout: 30_000 }, () => {
    const lines = [...sampleLines, "nobody's line"];
    const time = (count: number): number => {
      const text = listing(Array.from({ length: count }, (_, at) => lines[at % lines.length] ?? ""));
      const started = performance.now();
      parseListing(text, { now });
      return performance.now() - started;
    };
    time(5_000);
    expect(time(40_000)).toBeLessThan(Math.max(time(5_000), 50) * 30);
  });
});
