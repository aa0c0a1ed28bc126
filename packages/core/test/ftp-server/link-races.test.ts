/** A name that is a file when it is looked at, and a link when it is used: by any verb, nothing outside is read or changed. */
import { createHash } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startJailed, type Jailed, type JailOptions } from "./jailed-session.ts";
import type { RawSession } from "./raw-session.ts";

/** What the file outside holds, and what would tell that. */
const content = "what nobody in here may know";
const digests = ["md5", "sha1", "sha256", "sha512"].map((name) => createHash(name).update(content).digest("hex"));

async function begin(storage: JailOptions["storage"] = {}): Promise<Jailed> {
  const jailed = await startJailed({ secret: content, mine: "public", storage });
  await mkdir(join(jailed.outside, "folder"));
  return jailed;
}

/** Makes the name each of these in turn, until it is told to stop. */
async function swapping(
  root: string,
  ways: readonly ((path: string) => Promise<void>)[],
  over: AbortSignal,
): Promise<number> {
  let turns = 0;
  for (; !over.aborted; turns++) {
    const made = join(root, `.made-${turns}`);
    await ways[turns % ways.length]?.(made);
    // Over whatever is there; a folder is in the way of that, and may be filled again while it is emptied.
    await rename(made, join(root, "name")).catch(async () => {
      for (const path of [join(root, "name"), made])
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
    });
  }
  return turns;
}

const plain = ["SIZE name", "MDTM name", "MLST name", "HASH name", "XMD5 name", "STAT name", "CWD name", "CWD /"];
const changing = [
  "SITE CHMOD 777 name",
  "MFMT 20200101000000 name",
  "SITE UTIME 20200101000000 name",
  "RNFR name\r\nRNTO other",
  "RNFR other\r\nRNTO name",
  "SITE CPFR name\r\nSITE CPTO copy",
  "SITE CPFR mine\r\nSITE CPTO name",
  "MKD name/made",
  "DELE name/secret",
  "RMD name/folder",
  "DELE name",
];
const transfers = ["RETR name", "RETR name/secret", "STOR name", "APPE name", "REST 1\r\nSTOR name", "STOR name/new"];

/** A reply for each of some lines. */
async function replies(session: RawSession, lines: string): Promise<string> {
  let told = "";
  for (let left = lines.split("\r\n").length; left > 0; left--) told += (await session.reply()).text;
  return told;
}

/** One round of all verbs. @returns All that was told and sent. */
async function round(session: RawSession): Promise<string> {
  let told = "";
  for (const lines of [...plain, ...changing]) {
    session.send(`${lines}\r\n`);
    told += await replies(session, lines);
  }
  for (const lines of transfers) {
    const data = await session.passive();
    data.on("data", (chunk: Buffer) => (told += chunk.toString("latin1")));
    data.end(lines.includes("RETR") ? "" : "attack");
    session.send(`${lines}\r\n`);
    if (/^150 /m.test(await replies(session, lines))) await session.reply();
    data.destroy();
  }
  return told;
}

describe.skipIf(process.platform === "win32").each([
  ["uploads under a hidden name", { uploads: "atomic" }],
  ["uploads in place", { uploads: "in-place" }],
] as const)("a name that becomes a link between look and use, with %s", (_, options) => {
  it("leads nowhere", async () => {
    const { root, outside, session } = await begin(options);
    const before = await stat(join(outside, "secret"));
    const over = new AbortController();
    const swaps = swapping(
      root,
      [
        (path) => writeFile(path, "public"),
        (path) => symlink(join(outside, "secret"), path),
        (path) => writeFile(path, "public"),
        (path) => symlink(outside, path),
        (path) => symlink("/dev/zero", path),
        (path) => mkdir(path).then(() => writeFile(join(path, "secret"), "public")),
      ],
      over.signal,
    );
    let told = "";
    try {
      for (let rounds = 0; rounds < 25; rounds++) told += await round(session);
    } finally {
      over.abort();
    }
    expect(await swaps).toBeGreaterThan(100);
    expect(await session.code("NOOP")).toBe(200);
    for (const telling of [content, ...digests, `size=${content.length};`, `213 ${content.length}\r\n`])
      expect(told).not.toContain(telling);
    expect((await readdir(outside)).sort()).toEqual(["folder", "secret"]);
    expect(await readFile(join(outside, "secret"), "utf8")).toBe(content);
    const after = await stat(join(outside, "secret"));
    expect([after.mode, after.mtimeMs, after.ino]).toEqual([before.mode, before.mtimeMs, before.ino]);
  });
});

it("a file that becomes a hard link to one outside is replaced, never written through", async () => {
  const { root, outside, session } = await begin();
  const over = new AbortController();
  const swaps = swapping(
    root,
    [(path) => writeFile(path, "public"), (path) => link(join(outside, "secret"), path)],
    over.signal,
  );
  try {
    for (let rounds = 0; rounds < 60; rounds++) {
      for (const lines of ["STOR name", "APPE name", "REST 1\r\nSTOR name"]) {
        const data = await session.passive();
        data.end("attack");
        data.resume();
        session.send(`${lines}\r\n`);
        if (/^150 /m.test(await replies(session, lines))) await session.reply();
        data.destroy();
      }
    }
  } finally {
    over.abort();
  }
  expect(await swaps).toBeGreaterThan(20);
  await unlink(join(root, "name")).catch(() => undefined);
  expect(await readFile(join(outside, "secret"), "utf8")).toBe(content);
});
