/** Replies that nobody asked for, that come twice, or late: none is ever taken for another command's answer. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClientClosedError,
  FtpClient,
  FtpConnectionError,
  FtpReplyError,
  isRetryable,
  type FtpClientOptions,
} from "../../../src/ftp-client/index.ts";
import { passive, startScripted, type Script } from "../scripted-server.ts";

async function connect(script: Script, options: FtpClientOptions = {}): Promise<FtpClient> {
  const { port } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 1_000, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

/** Waits until what the server sent by itself is here. */
async function closed(client: FtpClient): Promise<void> {
  while (!client.closed) await wait(2);
}

describe("a reply that comes twice", () => {
  it("is dropped the second time, with a warning", async () => {
    const client = await connect((verb, argument) =>
      verb === "SIZE"
        ? `213 ${argument.length}\r\n`.repeat(2)
        : verb === "NOOP"
          ? "200 Okay\r\n200 Okay\r\n"
          : undefined,
    );
    const warnings: string[] = [];
    client.on("warning", ({ message }) => warnings.push(message));
    expect(await client.size("a")).toBe(1);
    await client.noop();
    expect(await client.size("aaa")).toBe(3);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it("begins a transfer once, and ends it once", async () => {
    const client = await connect((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("content"));
      if (verb === "RETR") return "150 Here\r\n150 Here\r\n226 Done\r\n226 Done\r\n";
      return verb === "SIZE" ? "213 7\r\n" : undefined;
    });
    for (let each = 0; each < 3; each++)
      expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("content");
    await client.noop();
  });
});

describe("a reply that answers nothing", () => {
  it("ends the client: which reply answers what is not known any more", async () => {
    const client = await connect((verb) => (verb === "SIZE" ? "213 1\r\n213 2\r\n" : undefined));
    expect(await client.size("a")).toBe(1);
    await closed(client);
    const error: unknown = await client.size("b").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientClosedError);
    expect(error).toMatchObject({ cause: expect.any(FtpConnectionError) as unknown });
    expect(isRetryable(error)).toBe(true);
  });

  it("of 421 closes the client, which tells the server's words", async () => {
    const client = await connect((verb, _, session) => {
      if (verb === "NOOP") setTimeout(() => session.send("421 Idle for too long\r\n"), 5);
      return undefined;
    });
    await client.noop();
    await closed(client);
    const error: unknown = await client.pwd().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientClosedError);
    expect(String(error)).toContain("Idle for too long");
    expect(isRetryable(error)).toBe(true);
  });
});

describe("421 to a command", () => {
  it("closes the client, though the server leaves its connection open", async () => {
    const client = await connect((verb) => (verb === "PWD" ? "421 Going down\r\n" : undefined));
    await expect(client.pwd()).rejects.toMatchObject({ code: 421 });
    expect(client.closed).toBe(true);
    await expect(client.noop()).rejects.toBeInstanceOf(ClientClosedError);
  });

  it("in the middle of a transfer is what the transfer fails with", async () => {
    const client = await connect((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => setTimeout(() => data.resetAndDestroy(), 30));
      if (verb === "RETR") setTimeout(() => session.send("421 Going down\r\n"), 10);
      return verb === "RETR" ? "150 Here\r\n" : undefined;
    });
    await expect(client.downloadBytes("a")).rejects.toBeInstanceOf(FtpReplyError);
    expect(client.closed).toBe(true);
  });
});
