import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:net";
import iconv from "iconv-lite";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadCharset } from "../src/charset.ts";
import { serve, twinport } from "./cli.ts";

describe("a charset", () => {
  it.each([
    ["cp1251", "имя"],
    ["windows-1252", "crème brûlée"],
    ["latin1", "ÿ"],
    ["shift_jis", "日本語ソ"],
    ["euc-kr", "한국어"],
    ["gbk", "中文"],
  ])("of old goes both ways: %s", async (name, text) => {
    const codec = await loadCharset(name);
    const bytes = codec.encode(text);
    expect(bytes).toEqual(iconv.encode(text, name));
    expect(codec.decode(new Uint8Array(bytes ?? []))).toBe(text);
  });

  it("has no room for everything", async () => {
    expect((await loadCharset("cp1251")).encode("日本")).toBeUndefined();
    expect((await loadCharset("latin1")).encode("what?")).toEqual(Buffer.from("what?"));
    expect((await loadCharset("shift_jis")).decode(Uint8Array.of(0xff, 0xff))).toBeUndefined();
  });

  it.each(["", "klingon", "utf-16", "utf-16be", "utf-32"])("is none: %j", async (name) => {
    await expect(loadCharset(name)).rejects.toThrow(/is no charset/);
  });
});

describe("the command line with a charset", () => {
  it("serves names in it until UTF-8 is asked for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-charset-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "日本"), "");
    const server = await serve([folder, "--user", "me:secret", "--charset", "shift_jis"]);
    const socket = connect(server.port, "127.0.0.1");
    let told = "";
    socket.setEncoding("latin1").on("data", (text: string) => (told += text));
    socket.write("USER me\r\nPASS secret\r\nSTAT .\r\n");
    await expect
      .poll(() => told, { timeout: 20_000 })
      .toContain(iconv.encode("日本\r\n", "shift_jis").toString("latin1"));
    socket.write("OPTS UTF8 ON\r\nSTAT .\r\n");
    await expect.poll(() => told, { timeout: 20_000 }).toContain(Buffer.from("日本\r\n").toString("latin1"));
    socket.destroy();
    // A charset that is named counts over UTF8 in FEAT.
    const url = `ftp://me:secret@127.0.0.1:${server.port}/本`;
    await writeFile(join(folder, "local"), "");
    expect(await twinport(["put", "--charset", "shift_jis", join(folder, "local"), url])).toMatchObject({ code: 0 });
    expect(await readdir(folder)).toContain("本");
    expect((await twinport(["ls", "--charset", "klingon", url])).code).toBe(2);
    await server.stop();
  });
});
