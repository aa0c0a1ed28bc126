import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, type FtpClientOptions, type NameCodec } from "../../src/ftp-client/index.ts";
import { offsetOf } from "../../src/ftp-client/server-zone.ts";
import { passive, startScripted } from "./scripted-server.ts";

/** A server that lists `lines`, and answers MDTM as told. */
async function connect(
  lines: readonly string[],
  answer: (path: string) => string,
  options: FtpClientOptions & { readonly features?: string } = {},
): Promise<{ client: FtpClient; commands: string[]; warnings: string[] }> {
  const { features = " MDTM\r\n", ...clientOptions } = options;
  const { port, commands } = await startScripted((verb, argument, session) => {
    if (verb === "FEAT") return `211-Features\r\n${features}211 End\r\n`;
    if (verb === "EPSV") return passive(session, (data) => data.end(lines.map((line) => `${line}\r\n`).join("")));
    if (verb === "LIST") return "150 Here\r\n226 Done\r\n";
    if (verb === "PWD") return "502 No\r\n";
    return verb === "MDTM" ? answer(argument) : undefined;
  });
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x", ...clientOptions });
  onTestFinished(() => client.destroy());
  const warnings: string[] = [];
  client.on("warning", ({ message }) => warnings.push(message));
  return { client, commands, warnings };
}

const dos = (clock: string, name: string): string => `06-05-2023  ${clock}             1973 ${name}`;
const asked = (commands: readonly string[]): string[] => commands.filter((line) => line.startsWith("MDTM"));
const utc = (hour: number, minute: number): number => Date.UTC(2023, 5, 5, hour, minute);

describe("the server's time zone", () => {
  const lines = [dos("10:15AM", "a.txt"), dos("11:30AM", "b.txt"), "06-05-2023  09:00AM       <DIR>          folder"];

  it("is learnt by one MDTM, once a session, and told in every later listing", async () => {
    const { client, commands } = await connect(lines, () => "213 20230605093042\r\n");
    for (const path of ["in box/x", undefined]) {
      const entries = await client.list(path);
      expect(entries.map(({ modified }) => modified)).toEqual([utc(8, 15), utc(9, 30), utc(7, 0)]);
      expect(entries.some(({ timeIsLocal }) => timeIsLocal === true)).toBe(false);
    }
    expect(asked(commands)).toEqual(["MDTM in box/x/b.txt"]);
  });

  it("may lie half an hour off, and behind UTC", async () => {
    const { client } = await connect([dos("10:15AM", "a.txt")], () => "213 20230605134559\r\n");
    expect((await client.list("box"))[0]?.modified).toBe(utc(13, 45));
  });

  it("stays unknown where MDTM is refused or tells of another time; the attempts are few", async () => {
    for (const reply of ["550 No\r\n", "213 20230605093700\r\n", "213 20230607093042\r\n", "213 what\r\n"]) {
      const { client, commands } = await connect(lines, () => reply);
      for (let i = 0; i < 5; i++) {
        const [first] = await client.list();
        expect(first).toMatchObject({ modified: utc(10, 15), timeIsLocal: true, timePrecision: "minute" });
      }
      expect(asked(commands)).toHaveLength(3);
    }
  });

  it("is not asked for by a name that the server's charset has no room for, and the listing is there", async () => {
    const ascii: NameCodec = {
      encode: (text) => (/^[\0-\x7f]*$/.test(text) ? Buffer.from(text, "latin1") : undefined),
      decode: (bytes) => (bytes.every((octet) => octet < 128) ? Buffer.from(bytes).toString("latin1") : undefined),
    };
    const odd = [dos("10:15AM", "b\u00fccher.txt")];
    const { client, commands } = await connect(odd, () => "213 20230605093042\r\n", { nameCodec: ascii });
    expect((await client.list())[0]).toMatchObject({ name: "b\u00fccher.txt", modified: utc(10, 15) });
    expect(asked(commands)).toEqual([]);
  });

  it("is not asked for without MDTM, without need, or against the wish of the caller", async () => {
    const without = await connect(lines, () => "", { features: " SIZE\r\n" });
    await without.client.list();
    const unwanted = await connect(lines, () => "", { learnTimeZone: false });
    expect((await unwanted.client.list())[0]).toMatchObject({ timeIsLocal: true });
    const needless = await connect(["-rw-r--r-- 1 me us 5 Jan  1  2020 a", "+m839956783,r,\tb"], () => "");
    expect((await needless.client.list())[0]).toMatchObject({ timePrecision: "day", timeIsLocal: true });
    const foldersOnly = await connect(["06-05-2023  09:00AM       <DIR>          folder"], () => "");
    await foldersOnly.client.list();
    for (const { commands } of [without, unwanted, needless, foldersOnly]) expect(asked(commands)).toEqual([]);
  });

  it("is asked for with the path of a file that was listed by itself, and without paths that nobody knows", async () => {
    const single = await connect([dos("11:30AM", "b.txt")], () => "213 20230605093042\r\n");
    await single.client.list("box/b.txt");
    expect(asked(single.commands)).toEqual(["MDTM box/b.txt"]);
    const vms = await connect(["A.B;1  3  14-MAR-2003 10:31"], () => "213 20030314093142\r\n");
    await vms.client.list("[.BOX]");
    expect(asked(vms.commands)).toEqual([]);
    await vms.client.list();
    expect(asked(vms.commands)).toEqual(["MDTM A.B;1"]);
  });

  it("never leaves a time of the day's precision less exact than it was", async () => {
    const { client } = await connect(
      ["-rw-r--r-- 1 me us 5 Jan  1  2020 old", lines[1] ?? ""],
      () => "213 20230605093042\r\n",
    );
    const [old] = await client.list();
    expect(old).toMatchObject({ modified: Date.UTC(2020, 0, 1), timePrecision: "day", timeIsLocal: true });
  });

  it("is found from any time, whatever the listing leaves out", () => {
    const zones = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 900_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), zones, (seconds, zone) => {
        const modified = seconds * 1000;
        const listed = modified + zone;
        expect(offsetOf(Math.floor(listed / 60_000) * 60_000, modified, "minute")).toBe(zone);
        expect(offsetOf(listed, modified, "second")).toBe(zone);
      }),
    );
    expect(offsetOf(0, 0, "day")).toBeUndefined();
  });
});

describe("lines that nobody understands", () => {
  const lines = ["-rw-r--r-- 1 me us 5 Jan  1  2020 known", "** disk is nearly full **"];

  it("are told of by a warning, and returned raw", async () => {
    const { client, warnings } = await connect(lines, () => "");
    expect((await client.list())[1]).toEqual({
      name: "** disk is nearly full **",
      kind: "unknown",
      raw: "** disk is nearly full **",
    });
    expect(warnings).toEqual([
      'Listing the working directory: lines that are not understood: 1; the first is "** disk is nearly full **"',
    ]);
  });

  it("are neither gone down into nor downloaded", async () => {
    const { client, commands } = await connect(lines.slice(1), () => "");
    const folder = await mkdtemp(join(tmpdir(), "twinport-zone-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { files, directories, skipped } = await client.downloadTree("box", folder);
    expect({ files, directories }).toEqual({ files: 0, directories: 1 });
    expect(skipped).toEqual([
      { path: "box/** disk is nearly full **", reason: "its line of the listing is not understood" },
    ]);
    expect(await readdir(folder)).toEqual([]);
    expect(commands.some((line) => /^(?:RETR|CWD)/.test(line))).toBe(false);
  });

  it("keep a folder from being removed, before anything in it is", async () => {
    const { client, commands } = await connect(lines, () => "");
    await expect(client.removeDirectory("box", { recursive: true })).rejects.toMatchObject({ kind: "unsafe-name" });
    expect(commands.some((line) => /^(?:DELE|RMD)/.test(line))).toBe(false);
  });
});
