/** What the caller gives up, or what nobody goes on with: it settles at once, and nothing stays behind. */
import { getEventListeners, once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { Writable } from "node:stream";
import { WritableStream } from "node:stream/web";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClientClosedError,
  FtpClient,
  FtpTransferError,
  type FtpClientOptions,
} from "../../../src/ftp-client/index.ts";
import { deferred } from "../../support/deferred.ts";
import { passive, startScripted, type Script } from "../scripted-server.ts";
import { outcome } from "./faulty-line.ts";

async function connect(script: Script, options: FtpClientOptions = {}): Promise<FtpClient> {
  const { port } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, ...options });
  onTestFinished(() => client.destroy());
  return client;
}

/** A server whose data connections are open, and bring nothing more than this. */
const open =
  (content: string): Script =>
  (verb, _, session) => {
    if (verb === "EPSV")
      return passive(session, (data) => {
        data.write(content);
      });
    if (verb === "ABOR") return "426 Aborted\r\n226 Okay\r\n";
    return /RETR|STOR|LIST/.test(verb) ? "150 Here\r\n" : undefined;
  };

describe("a client that is destroyed", () => {
  it.each(["downloadBytes", "list", "upload"] as const)("rejects at once what is under way: %s", async (name) => {
    const client = await connect(open("some"));
    const never = (async function* () {
      yield "x";
      await new Promise(() => undefined);
    })();
    const running: Promise<unknown> =
      name === "upload" ? client.upload(never, "a") : name === "list" ? client.list() : client.downloadBytes("a");
    await once(client, "reply");
    await wait(30);
    client.destroy();
    const ended = await outcome(running, name);
    expect(ended).toMatchObject({ error: expect.any(ClientClosedError) as unknown });
  });

  it("ends a download that is read", async () => {
    const client = await connect(open("some"));
    const download = await client.openRead("a");
    expect(await download.read(new Uint8Array(100))).toBe(4);
    const rest = download.read(new Uint8Array(100));
    client.destroy();
    expect(await outcome(rest, "read")).toMatchObject({ error: expect.any(ClientClosedError) as unknown });
  });

  it("ends while it waits for the server to connect", async () => {
    const client = await connect(
      (verb) => (verb === "PORT" ? "200 Okay\r\n" : verb === "RETR" ? "150 I come\r\n" : undefined),
      { dataMode: "active" },
    );
    const running = client.downloadBytes("a");
    await wait(50);
    client.destroy();
    expect(await outcome(running, "an active download")).toMatchObject({ error: expect.any(Error) as unknown });
  });
});

describe("a signal", () => {
  it("ends a download whose stream takes nothing", async () => {
    for (const into of [
      new Writable({ write: () => undefined }),
      new WritableStream<Uint8Array>({ write: () => new Promise(() => undefined) }),
    ]) {
      const client = await connect(open("some"));
      const stop = new AbortController();
      const running = client.download("a", into, { signal: stop.signal });
      await wait(50);
      stop.abort();
      const ended = await outcome(running, "a download into a stream that is stuck");
      expect(ended).toMatchObject({ error: { name: "FtpTransferError", kind: "aborted" } });
      await client.noop();
    }
  });

  it("that fires while data is connected is a transfer that was aborted", async () => {
    const stop = new AbortController();
    const client = await connect(
      (verb) => {
        if (verb === "PASV") setTimeout(() => stop.abort(), 30);
        // Nobody answers there: what is sent to the network for documentation is dropped or refused.
        return verb === "PASV" ? "227 Passive (127,0,0,1,0,9)\r\n" : undefined;
      },
      { dataMode: "pasv", dial: ({ purpose, port, signal }) => dialOrHang(purpose, port, signal) },
    );
    const ended = await outcome(client.downloadBytes("a", { signal: stop.signal }), "a download");
    expect(ended).toMatchObject({ error: expect.any(FtpTransferError) as unknown });
    expect(ended).toMatchObject({ error: { kind: "aborted" } });
    await client.noop();
  });

  it("keeps no listener of a transfer that is over", async () => {
    const { signal } = new AbortController();
    const client = await connect(open("x".repeat(200_000)));
    for (let each = 0; each < 3; each++) {
      const download = await client.openRead("a", { signal });
      await download.read(new Uint8Array(10));
      await download.close();
    }
    await expect.poll(() => getEventListeners(signal, "abort").length, { timeout: 5_000 }).toBe(0);
  });
});

async function dialOrHang(
  purpose: string,
  port: number,
  signal: AbortSignal,
): ReturnType<NonNullable<FtpClientOptions["dial"]>> {
  if (purpose === "data") await once(signal, "abort");
  const { connect: connectSocket } = await import("node:net");
  const socket = connectSocket(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

describe("a stream that a download goes to", () => {
  it("and that fails at its end fails the download", async () => {
    const client = await connect((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("content"));
      return verb === "RETR" ? "150 Here\r\n226 Done\r\n" : verb === "SIZE" ? "213 7\r\n" : undefined;
    });
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => done(new Error("the disk is full")),
    });
    await expect(client.download("a", full)).rejects.toThrow("the disk is full");
  });
});

describe("a callback that throws", () => {
  it("fails its own transfer, both ways", async () => {
    const client = await connect((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.resume().write("content"));
      if (verb === "ABOR") return "426 Aborted\r\n226 Okay\r\n";
      return /RETR|STOR/.test(verb) ? "150 Here\r\n" : undefined;
    });
    const onProgress = (): void => {
      throw new Error("the caller's own");
    };
    await expect(client.downloadBytes("a", { onProgress })).rejects.toThrow("the caller's own");
    await expect(client.upload(Buffer.from("x"), "a", { onProgress })).rejects.toThrow("the caller's own");
    await client.noop();
  });
});

describe("an upload that was given up before the server said a word", () => {
  /** Tells how the server's end of a data connection ended. */
  const ending = (data: Socket): Promise<string> =>
    new Promise((resolve) => {
      data.on("end", () => resolve("an end, as of an empty file"));
      data.on("error", (error) => resolve("code" in error ? String(error.code) : "an error"));
      data.resume();
    });

  it.each([
    ["passive", "no answer", {}],
    ["passive", "abort", {}],
    ["passive", "destroy", {}],
    ["active", "no answer", { dataMode: "active" }],
    ["active", "abort", { dataMode: "active" }],
    ["active", "destroy", { dataMode: "active" }],
  ] as const)("resets its data connection (%s, %s)", async (_, why, options) => {
    const arrived = deferred<Socket>();
    const script: Script = (verb, argument, session) => {
      if (verb === "EPSV") return passive(session, (data) => arrived.resolve(data));
      if (verb === "PORT") {
        const [high = 0, low = 0] = argument.split(",").slice(4).map(Number);
        const data = createConnection({ port: high * 256 + low, host: "127.0.0.1" });
        data.on("connect", () => arrived.resolve(data));
        return "200 Okay\r\n";
      }
      return verb === "ABOR" ? "226 Okay\r\n" : verb === "STOR" ? "" : undefined;
    };
    const client = await connect(script, { replyTimeout: 300, ...options });
    const over = new AbortController();
    const running = outcome(client.upload(Buffer.from("x"), "a", { signal: over.signal }), "upload");
    const data = await arrived.promise;
    const ended = ending(data);
    await wait(50);
    if (why === "abort") over.abort();
    if (why === "destroy") client.destroy();
    expect(await running).toHaveProperty("error");
    expect(await ended).toBe("ECONNRESET");
  });
});
