/** Lines and servers that are odd in other ways than being cut: silent, slow, talking nonsense or without end. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, unsafeLocalName, type FtpClientOptions } from "../../../src/ftp-client/index.ts";
import { passive, startScripted, type Script } from "../scripted-server.ts";
import { expectTyped, expectUsableOrClosed, impatient, outcome, prepare, startFaultyLine } from "./faulty-line.ts";
import { operations } from "./operations.ts";
import type { Fault } from "../../support/fault-proxy.ts";

const odd: readonly (readonly [string, Fault])[] = [
  ["says nothing any more", { kind: "silent", line: "control" }],
  ["sends no data", { kind: "silent", line: "data" }],
  ["sends octet by octet", { kind: "split", line: "control" }],
  ["is slow", { kind: "delay", line: "control", milliseconds: 5 }],
  ["says everything twice", { kind: "double" }],
  ["answers with a 421", { kind: "reply", at: 0, text: "421 Going down\r\n" }],
  ["answers with garbage", { kind: "reply", at: 0, text: "\x00\xff<html>\r\n\r\n" }],
  ["answers with another's answer", { kind: "reply", at: 0, text: '257 "/x" is it\r\n' }],
  ["answers with too much", { kind: "reply", at: 0, text: `211-${"x\r\n".repeat(200_000)}` }],
  ["answers with one line that is too long", { kind: "reply", at: 0, text: `200 ${"x".repeat(20_000)}\r\n` }],
];

/** Each operation with some of the faults, and each fault with some of the operations, the same in each run. */
describe.each(odd)("a server that %s", (name, fault) => {
  it("has every operation settle", async () => {
    const line = await startFaultyLine();
    const other = await line.connect();
    const nothing = fault.kind === "silent";
    const nth = odd.findIndex(([each]) => each === name);
    const chosen = operations.filter((operation, index) =>
      nothing && fault.line === "data" ? operation.moves && index % 4 === 0 : index % 4 === nth % 4,
    );
    for (const operation of chosen) {
      const what = `${operation.name} of a server that ${name}`;
      await prepare(line.storage);
      await rm(join(line.local, "target"), { force: true });
      line.proxy.arm();
      const soon = { replyTimeout: 250, stallTimeout: 250, hashTimeout: 250 };
      const harmless = fault.kind === "split" || fault.kind === "delay" || fault.kind === "double";
      const client = await line.connect(harmless ? { replyTimeout: 10_000, stallTimeout: 10_000 } : soon);
      line.proxy.arm(fault);
      const ended = await outcome(operation.run({ client, other, storage: line.storage, local: line.local }), what);
      if (harmless) expect("error" in ended ? ended.error : undefined, what).toBeUndefined();
      else if ("error" in ended && fault.kind !== "reply") expectTyped(ended.error, what);
      // Nothing more is heard of a client whose line is silent: whether it is usable cannot be seen.
      line.proxy.arm();
      if (!nothing) await expectUsableOrClosed(client, what);
      client.destroy();
    }
  });
});

async function connect(script: Script, options: FtpClientOptions = {}): Promise<FtpClient> {
  const { port } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-odd-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A server of one folder: its listing is this, and all its files hold an `x`. */
const listing = (text: string, features = ""): Script => {
  let listed = false;
  return (verb, _, session) => {
    if (verb === "FEAT" && features !== "") return `211-Features\r\n ${features}\r\n211 End\r\n`;
    if (verb === "EPSV") {
      const content = listed ? "x" : text;
      listed = true;
      return passive(session, (data) => data.end(Buffer.from(content, "latin1")));
    }
    if (/^(?:LIST|MLSD|RETR|NLST)$/.test(verb)) return "150 Here\r\n226 Done\r\n";
    return verb === "SIZE" ? "213 1\r\n" : undefined;
  };
};

const evil = ["../up", "..", ".", "a/b", "/etc/absolute", "nul\0inside", "cr\rinside", "tab\tgood", "..\\up", "", "~"];

type Dialect = readonly [name: string, format: (name: string) => string, features?: string];
const dialects: readonly Dialect[] = [
  ["MLSD", (name) => `type=file;size=1; ${name}\r\n`, "MLST type*;size*;"],
  ["Unix", (name) => `-rw-r--r-- 1 me us 1 Jan  1 00:00 ${name}\r\n`],
  ["DOS", (name) => `01-01-24  10:00AM                    1 ${name}\r\n`],
  ["EPLF", (name) => `+m825718503,r,s1,\t${name}\r\n`],
  ["NetWare", (name) => `- [RWCEAFMS] me                      1 Jan 01 00:00 ${name}\r\n`],
  ["a name alone", (name) => `${name}\r\n`],
];

describe("names that try to leave the folder", () => {
  it.each(dialects.map((dialect) => [dialect[0], dialect] as const))("never do in %s", async (_, dialect) => {
    const [, format, features = ""] = dialect;
    for (const kind of ["file", "directory"] as const) {
      const lines = evil.map((name) => format(name)).map((line) => (kind === "file" ? line : asFolder(line)));
      const top = await folder();
      const client = await connect(listing(lines.join(""), features), impatient);
      const ended = await outcome(client.downloadTree("d", join(top, "into")), "downloadTree");
      if ("error" in ended) expectTyped(ended.error, "downloadTree");
      const found = await readdir(top, { recursive: true });
      for (const path of found) {
        expect(path === "into" || path.startsWith("into/"), path).toBe(true);
        const name = path.slice("into/".length);
        if (name !== "") expect(unsafeLocalName(name.split("/").at(-1) ?? ""), path).toBeUndefined();
      }
    }
  });

  it("are not removed by removeDirectory either", async () => {
    for (const name of ["..", ".", "a/b"]) {
      const removed: string[] = [];
      const script = listing(`type=dir; ${name}\r\n`, "MLST type*;");
      const client = await connect((verb, argument, session) => {
        if (!/DELE|RMD/.test(verb)) return script(verb, argument, session);
        removed.push(argument);
        return "250 Gone\r\n";
      });
      const ended = await outcome(client.removeDirectory("d", { recursive: true }), name);
      if ("error" in ended) expect(ended.error, name).toMatchObject({ kind: "unsafe-name" });
      expect(removed, name).toEqual("error" in ended ? [] : ["d"]);
    }
  });

  it("are not followed where they are links of this machine", async () => {
    const top = await folder();
    const into = join(top, "into");
    await writeFile(join(top, "precious"), "precious");
    await mkdir(into);
    await symlink(join(top, "precious"), join(into, "a"));
    const client = await connect(listing("type=file;size=1; a\r\n", "MLST type*;size*;"));
    const { files, skipped } = await client.downloadTree("d", into);
    expect(files).toBe(0);
    expect(skipped).toHaveLength(1);
    expect(await readFile(join(top, "precious"), "utf8")).toBe("precious");
  });
});

function asFolder(line: string): string {
  return line
    .replace("type=file", "type=dir")
    .replace(/^-rw-r--r--/, "drwxr-xr-x")
    .replace(/^- \[/, "d [")
    .replace(/ {20}1 /, "       <DIR>          ")
    .replace(",r,s1,", ",/,");
}

describe("a listing", () => {
  it("without end is given up at its cap", async () => {
    const client = await connect(
      (verb, _, session) => {
        if (verb === "EPSV") {
          return passive(session, (data) => {
            const more = (): void =>
              void (data.destroyed || data.write("-rw-r--r-- 1 a b 1 Jan 1 00:00 f\r\n".repeat(50), more));
            more();
          });
        }
        if (verb === "ABOR") return "426 Aborted\r\n226 Okay\r\n";
        return verb === "LIST" || verb === "NLST" ? "150 Here\r\n" : undefined;
      },
      { maxListing: 100_000 },
    );
    for (const each of [client.list("d"), client.names("d"), client.downloadTree("d", join(await folder(), "x"))]) {
      expect(await outcome<unknown>(each, "a listing without end")).toMatchObject({ error: { kind: "too-large" } });
    }
    await client.noop();
  });

  it("of too many entries is given up", async () => {
    const client = await connect(listing("type=file; a\r\n".repeat(20), "MLST type*;"), { maxEntries: 10 });
    await expect(client.list("d")).rejects.toMatchObject({ kind: "too-large" });
    await client.noop();
  });

  it("of MLSD that breaks off within a name is no listing: half a name is another one", async () => {
    const client = await connect(listing("type=file; whole\r\ntype=file; hal", "MLST type*;"));
    await expect(client.list("d")).rejects.toMatchObject({ kind: "broken" });
    await client.noop();
  });
});

describe("names for the server", () => {
  it("that hold CR, LF or NUL are refused by every operation that takes one, and none is sent", async () => {
    const line = await startFaultyLine();
    const client = await line.connect();
    const sent: string[] = [];
    client.on("command", ({ argument = "" }) => sent.push(argument));
    const local = join(line.local, "source");
    for (const name of ["a\r\nDELE b", "a\nb", "a\rb", "a\0b"]) {
      const attempts: readonly (() => Promise<unknown>)[] = [
        () => client.list(name),
        () => client.names(name),
        () => client.downloadBytes(name),
        () => client.openRead(name),
        () => client.upload(local, name),
        () => client.append(Buffer.from("x"), name),
        () => client.mkdir(name),
        () => client.remove(name),
        () => client.removeDirectory(name),
        () => client.rename("file", name),
        () => client.rename(name, "file"),
        () => client.stat(name),
        () => client.size(name),
        () => client.hash(name),
        () => client.setTime(name, new Date(0)),
        () => client.chmod(name, 0o600),
        () => client.cd(name),
        () => client.raw(`STAT ${name}`),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toBeInstanceOf(RangeError);
    }
    expect(sent.filter((argument) => /[\r\n\0]/.test(argument))).toEqual([]);
    await client.noop();
  });
});
