/** Names that are no UTF-8, as `twinport serve` serves and logs them. */
import fs from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawSession } from "../../core/test/ftp-server/raw-session.ts";
import { numbered, RawPeer } from "../../core/test/tftp/tftp-fixture.ts";
import { serve } from "./cli.ts";

/** A folder with two files whose names would look alike without an escape. */
async function folder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "twinport-octets-"));
  onTestFinished(() => rm(root, { recursive: true }));
  fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), "octet");
  fs.writeFileSync(join(root, "caf\\xE9"), "backslash");
  return root;
}

async function useBoth(port: number, tftpPort: number): Promise<void> {
  const session = await RawSession.open(port);
  await session.command("USER anonymous");
  await session.command("PASS me@example.org");
  for (const [name, content] of [
    ["caf\xe9", "octet"],
    ["caf\\xE9", "backslash"],
  ] as const) {
    const data = await session.passive();
    const chunks: Buffer[] = [];
    data.on("data", (chunk) => chunks.push(chunk));
    session.send(Buffer.from(`RETR ${name}\r\n`, "latin1"));
    for (const code of [150, 226]) expect((await session.reply()).code).toBe(code);
    if (!data.readableEnded) await new Promise((resolve) => data.once("end", resolve));
    expect(Buffer.concat(chunks).toString()).toBe(content);
    data.destroy();
    const peer = await RawPeer.open();
    peer.send(`\0\x01${name}\0octet\0`, tftpPort);
    const { text, from } = await peer.next();
    expect(text).toBe(`\0\x03\0\x01${content}`);
    peer.send(numbered(4, 1), from.port);
  }
  session.send(Buffer.from("SIZE no\xe9\r\n", "latin1"));
  await session.reply();
  session.close();
}

describe("twinport serve", () => {
  it("logs names that are no UTF-8 in JSON that every parser reads, no two alike", async () => {
    const root = await folder();
    const own = await serve([
      root,
      "--anonymous",
      "--tftp",
      "127.0.0.1:0",
      "--log-format",
      "json",
      "--log-level",
      "debug",
    ]);
    await useBoth(own.port, own.tftpPort);
    await own.stop();
    const lines = own
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (msg: string): unknown[] => lines.filter((line) => line["msg"] === msg).map(({ path }) => path);
    expect(of("download complete")).toEqual(["/caf\\xE9", "/caf\\\\xE9"]);
    expect(of("TFTP read begins").map((path) => String(path).replace(/^\//, ""))).toEqual(["caf\\xE9", "caf\\\\xE9"]);
    expect(lines.filter(({ verb }) => verb === "SIZE")).toMatchObject([
      { argument: "no\\xE9", msg: "refused: /no\\xE9: no such file or directory" },
    ]);
    expect(own.log()).not.toMatch(/\ufffd|\\ud[89a-f]/i);
  });

  it("logs them so for people too", async () => {
    const root = await folder();
    const own = await serve([root, "--anonymous", "--tftp", "127.0.0.1:0", "--log-format", "pretty"]);
    await useBoth(own.port, own.tftpPort);
    await own.stop();
    // pino-pretty takes JSON's own escape off backslashes: what is shown is the text as it was escaped here.
    const shown = own
      .log()
      .match(/"path":"[^"]*"/g)
      ?.map((path) => path.replace(':"/', ':"'));
    expect(new Set(shown)).toEqual(new Set(['"path":"caf\\xE9"', '"path":"caf\\\\xE9"']));
    expect(shown).toHaveLength(4);
    expect(own.log()).not.toContain("\ufffd");
  });
});
