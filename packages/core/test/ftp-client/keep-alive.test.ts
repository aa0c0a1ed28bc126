/** Long transfers on control connections that must not seem dead (users' pains, client row 8). */
import { mkdtemp, readFile as readLocal, rm, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpPool, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { passive, startScripted, type ScriptedSession } from "./scripted-server.ts";
import { putFile, startServer } from "../ftp-server/server-fixture.ts";

/** How a server answers a NOOP that comes during a transfer. */
type Manner = "at once" | "late" | "before the completion" | "never" | "with 500" | "late with 502" | "one of two";

/** A server that sends a file in two halves, with as many NOOPs in between as a test wants. */
async function startSlow(manner: Manner, noops: number): Promise<{ port: number; commands: string[] }> {
  let data: Socket | undefined;
  let sending = false;
  let seen = 0;
  const end = (session: ScriptedSession): void => {
    sending = false;
    data?.end("half");
    const late = manner === "late" ? "200 Okay\r\n" : manner === "late with 502" ? "502 What\r\n" : "";
    const early = manner === "before the completion" ? "200 Okay\r\n" : "";
    session.send(early.repeat(seen) + "226 Done\r\n" + late.repeat(seen));
  };
  const answers: Partial<Record<Manner, string>> = { "at once": "200 Okay\r\n", "with 500": "500 Not now\r\n" };
  return startScripted((verb, _argument, session) => {
    if (verb === "EPSV") return passive(session, (socket) => (data = socket));
    if (verb === "PWD") return '257 "/"\r\n';
    if (verb === "SIZE") return "213 8\r\n";
    if (verb === "RETR") {
      sending = true;
      seen = 0;
      session.send("150 Comes\r\n");
      data?.write("half");
      return "";
    }
    if (verb !== "NOOP" || !sending) return undefined;
    seen++;
    const answer = manner === "one of two" ? (seen % 2 === 1 ? "200 Okay\r\n" : "") : (answers[manner] ?? "");
    if (answer !== "") session.send(answer);
    if (seen === noops) end(session);
    return "";
  });
}

async function connect(port: number, options: FtpClientOptions = {}): Promise<FtpClient> {
  const client = await FtpClient.connect({ host: "127.0.0.1", port }, { replyTimeout: 5_000, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

describe("NOOP during a transfer", () => {
  const manners: readonly Manner[] = [
    "at once",
    "late",
    "before the completion",
    "never",
    "with 500",
    "late with 502",
    "one of two",
  ];
  for (const manner of manners) {
    it(`leaves the session in step with a server that answers ${manner}`, async () => {
      const { port, commands } = await startSlow(manner, 3);
      const client = await connect(port, { keepAlive: { noop: 5 } });
      for (let round = 0; round < 3; round++) {
        expect(Buffer.from(await client.downloadBytes("f")).toString()).toBe("halfhalf");
        // A reply too many, or one too few, would show here.
        expect(await client.pwd()).toBe("/");
        expect(await client.size("f")).toBe(8);
      }
      expect(client.closed).toBe(false);
      expect(commands.filter((line) => line === "NOOP").length).toBeGreaterThanOrEqual(9);
    });
  }

  it("is not sent unless it is asked for", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/f", Buffer.alloc(300_000));
    const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "secret" });
    onTestFinished(() => client.destroy());
    const sent: string[] = [];
    client.on("command", ({ verb }) => sent.push(verb));
    await client.downloadBytes("/f", { bandwidth: 1_000_000 });
    expect(sent).not.toContain("NOOP");
  });

  it("works with our server, downloads, uploads and an abort", async () => {
    const { port, storage } = await startServer();
    const content = Buffer.alloc(300_000, "noop");
    await putFile(storage, "/f", content);
    const client = await FtpClient.connect(
      { host: "127.0.0.1", port, user: "me", password: "secret" },
      { keepAlive: { noop: 5 }, bandwidth: 1_000_000 },
    );
    onTestFinished(() => client.destroy());
    const sent: string[] = [];
    client.on("command", ({ verb }) => sent.push(verb));
    expect(content.equals(await client.downloadBytes("/f"))).toBe(true);
    await client.upload(content, "/up");
    const controller = new AbortController();
    const aborted = client.downloadBytes("/f", {
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 200_000) controller.abort();
      },
    });
    await expect(aborted).rejects.toMatchObject({ kind: "aborted" });
    expect(client.closed).toBe(false);
    expect(await client.size("/up")).toBe(content.length);
    expect(await client.pwd()).toBe("/");
    expect(sent).toContain("NOOP");
  });

  it("closes a session in which nothing tells where the answers end, once the file is here", async () => {
    const slow = await startScripted((verb, _argument, session) => {
      if (verb === "EPSV") return passive(session, (socket) => session.control.once("noop", () => socket.end("whole")));
      if (verb === "RETR") return "150 Comes\r\n";
      if (verb === "PWD") return "";
      if (verb !== "NOOP") return undefined;
      if (session.control.emit("noop")) session.send("226 Done\r\n");
      return "";
    });
    const client = await connect(slow.port, { keepAlive: { noop: 5 }, checkSize: false });
    expect(Buffer.from(await client.downloadBytes("f")).toString()).toBe("whole");
    expect(client.closed).toBe(true);
  });

  it("is refused for a time that is none", async () => {
    for (const keepAlive of [{ noop: -1 }, { tcp: Number.NaN }, { noop: 2 ** 40 }]) {
      await expect(FtpClient.connect({ host: "h", keepAlive })).rejects.toBeInstanceOf(RangeError);
    }
  });
});

describe("a control connection that died during the transfer", () => {
  it("costs no second transfer: the file is whole by its size", async () => {
    const content = Buffer.alloc(200_000, "long");
    let transfers = 0;
    let data: Socket | undefined;
    const { port } = await startScripted((verb, _argument, session) => {
      if (verb === "EPSV") return passive(session, (socket) => (data = socket));
      if (verb === "SIZE") return `213 ${content.length}\r\n`;
      if (verb === "MDTM") return "213 20200102030405\r\n";
      if (verb === "PWD") return '257 "/"\r\n';
      if (verb !== "RETR") return undefined;
      transfers++;
      session.send("150 Comes\r\n");
      data?.end(content, () => session.control.resetAndDestroy());
      return "";
    });
    const folder = await mkdtemp(join(tmpdir(), "twinport-dead-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const pool = new FtpPool({ host: "127.0.0.1", port }, { retry: { delay: 1 } });
    onTestFinished(() => pool.close());
    const to = join(folder, "f");
    await pool.download("f", to, { preserveTime: true });
    expect(transfers).toBe(1);
    expect(content.equals(await readLocal(to))).toBe(true);
    expect((await stat(to)).mtime.toISOString()).toBe("2020-01-02T03:04:05.000Z");
  });
});
