/** Citations of RFCs in the sources: each names a section that is known to be there. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** The sections that are cited, looked up once. A new citation is added here by whoever has read the section. */
const sections: Readonly<Record<string, string>> = {
  "959":
    "2.3 3 3.1 3.1.1 3.1.1.1 3.1.1.2 3.1.1.4 3.1.1.5 3.1.2 3.1.2.1 3.1.2.2 3.1.2.3 3.2 3.3 3.4 3.4.1 3.4.2 3.4.3 3.5 4.1.1 4.1.2 4.1.3 4.2 4.2.2 5.1 5.2 5.3 5.3.1 5.3.2 5.4 6",
  "1035": "2.3.4",
  "1123": "4.1.2 4.1.2.6 4.1.2.7 4.1.2.9 4.1.2.12 4.1.3.2 4.2.3.1 4.2.3.2 4.2.3.5",
  "1350": "1 2 4 5 6",
  "1738": "3.2",
  "2228": "3 5.1",
  "2389": "3 3.2 4",
  "2428": "2 3 4",
  "2577": "3 5 6",
  "2640": "3.1 3.2 4 4.1",
  "3659": "2.3 3 3.1 4 4.3 5 5.2 5.3 7 7.1 7.2 7.2.1 7.5 7.5.2 7.5.4 7.5.5 7.8 7.9",
  "4217": "4 5 7 8 9 10.2 10.4 12 13",
  "4291": "2.2",
  "5246": "7.3",
  "5646": "2.1",
  "5952": "4",
  "6125": "6.4",
  "6298": "2 3 5",
  "7151": "3",
  "7301": "3.2",
  "7440": "3 4",
  "8446": "2.2 5.1 C.4",
  "9110": "9.3.6",
};

const root = resolve(import.meta.dirname, "../..");

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("citations", () => {
  const files = [...sources(join(root, "packages/core/src")), ...sources(join(root, "packages/twinport/src"))];
  const cited = files.flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/RFC (\d+) (§[0-9A-Z.]+(?:, §[0-9A-Z.]+)*)/g)].flatMap(([, rfc = "", list = ""]) =>
      list.split(", ").map((section) => ({ file, rfc, section: section.slice(1).replace(/\.$/, "") })),
    );
  });

  it("are found at all", () => {
    expect(cited.length).toBeGreaterThan(100);
  });

  it("name sections that are known", () => {
    const unknown = cited.filter(({ rfc, section }) => !(sections[rfc] ?? "").split(" ").includes(section));
    expect(unknown).toEqual([]);
  });

  it("are all used", () => {
    const used = new Set(cited.map(({ rfc, section }) => `${rfc} ${section}`));
    const listed = Object.entries(sections).flatMap(([rfc, list]) => list.split(" ").map((one) => `${rfc} ${one}`));
    expect(listed.filter((one) => !used.has(one))).toEqual([]);
  });
});
