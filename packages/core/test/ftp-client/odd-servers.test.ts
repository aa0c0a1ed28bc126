import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  DataConnectionAttemptsError,
  FtpClient,
  FtpReplyError,
  FtpTimeoutError,
  FtpTransferError,
  type DialTarget,
  type FtpClientOptions,
} from "../../src/ftp-client/index.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";

async function connect(
  script: Script,
  options: FtpClientOptions = {},
): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "hunter2", ...options });
  onTestFinished(() => client.destroy());
  return { client, commands };
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-client-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A server whose RETR sends this, and whose 150 names this size. */
const gives =
  (content: string, named: number, after = "226 Done\r\n"): Script =>
  (verb, _, session) => {
    if (verb === "EPSV") return passive(session, (data) => data.end(content));
    if (verb === "RETR") return `150 Here (${named} bytes)\r\n${after}`;
    if (verb === "SIZE") return `213 ${named}\r\n`;
    return undefined;
  };

describe("EPSV that is not answered", () => {
  it("is given up for PASV, and its late answer is not taken for another's", { timeout: 20_000 }, async () => {
    let late = false;
    const { client, commands } = await connect((verb, _, session) => {
      if (verb === "EPSV") return "";
      if (verb === "PASV") {
        // EPSV's answer, after all; once.
        if (!late) session.send("502 What was that\r\n");
        late = true;
        void session
          .listen((data) => data.end("content"))
          .then((port) => session.send(`227 Passive (127,0,0,1,${port >> 8},${port & 255})\r\n`));
        return "";
      }
      return verb === "RETR" ? "150 Here (7 bytes)\r\n226 Done\r\n" : undefined;
    });
    expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("content");
    expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("content");
    expect(commands.filter((line) => line === "EPSV")).toHaveLength(1);
    await client.noop();
  });
});

describe("replies", () => {
  it("may come in single bytes, two in one segment, or over many lines", async () => {
    const { client } = await connect((verb, _, session) => {
      if (verb !== "NOOP") return undefined;
      const bytes = Buffer.from("200-first\r\n226 inside is not the end\r\n200 last\r\n");
      let at = 0;
      const next = (): void => {
        if (at < bytes.length) session.control.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
      return "";
    });
    await client.noop();
    expect((await client.raw("NOOP")).lines).toEqual(["first", "226 inside is not the end", "last"]);
  });

  it("that never come close the client, which says so from then on", async () => {
    const { client } = await connect((verb) => (verb === "PWD" ? "" : undefined), { replyTimeout: 60 });
    await expect(client.pwd()).rejects.toBeInstanceOf(FtpTimeoutError);
    expect(client.closed).toBe(true);
    await expect(client.noop()).rejects.toThrow(/closed.*none came within 60 ms/);
  });

  it("without end are cut off", async () => {
    const { client } = await connect((verb) => (verb === "STAT" ? `211-${"x".repeat(9_000)}` : undefined));
    await expect(client.raw("STAT")).rejects.toThrow("longer than");
    expect(client.closed).toBe(true);
  });

  it("that put the greeting off again and again are waited for no longer than a few times", async () => {
    const { port } = await startScripted(() => undefined, "120 Wait\r\n".repeat(12));
    await expect(FtpClient.connect({ host: "127.0.0.1", port })).rejects.toBeInstanceOf(FtpReplyError);
    const patient = await startScripted(() => undefined, "120 Wait\r\n".repeat(3) + "220 Ready\r\n");
    const client = await FtpClient.connect({ host: "127.0.0.1", port: patient.port });
    client.destroy();
  });

  it("of 421, and a server that goes away, settle what is under way", async () => {
    const { client } = await connect((verb, _, session) => {
      if (verb === "PWD") session.control.end("421 Going down\r\n");
      return verb === "PWD" ? "" : undefined;
    });
    const [first, second] = await Promise.allSettled([client.pwd(), client.noop()]);
    expect(first).toMatchObject({ status: "rejected", reason: { code: 421 } });
    expect(second.status).toBe("rejected");
  });

  it("ask for an account, and get it", async () => {
    const { client, commands } = await connect(
      (verb) => (verb === "PASS" ? "332 Account\r\n" : verb === "ACCT" ? "230 In\r\n" : undefined),
      { account: "sales" },
    );
    expect(client.welcome).toBe("In");
    expect(commands).toContain("ACCT sales");
  });

  it("of NetX Duo are understood: no FEAT, and 200 for MKD", async () => {
    const { client } = await connect((verb) => (verb === "MKD" ? "200 Made\r\n" : undefined));
    expect(client.features.size).toBe(0);
    await client.mkdir("x");
  });

  it("never bring a password into errors or events", async () => {
    const { port } = await startScripted((verb) => (verb === "PASS" ? "530 No\r\n" : undefined));
    const refused = FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "hunter2" });
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FtpReplyError);
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });
});

describe("commands", () => {
  it("never hold CR, LF or NUL of a name", async () => {
    const { client, commands } = await connect(() => undefined);
    for (const name of ["a\r\nDELE b", "a\nb", "a\0b"]) await expect(client.remove(name)).rejects.toThrow(RangeError);
    expect(commands.some((line) => line.startsWith("DELE"))).toBe(false);
    await client.noop();
  });
});

describe("data connections", () => {
  it("fall back to PASV, and remember", async () => {
    const { client, commands } = await connect((verb, _, session) => {
      if (verb === "EPSV") return "500 No\r\n";
      if (verb === "PASV") {
        void session
          .listen((data) => data.end("x"))
          .then((port) => session.send(`227 Entering (127,0,0,1,${port >> 8},${port & 255})\r\n`));
        return "";
      }
      return verb === "RETR" ? "150 Here\r\n226 Done\r\n" : verb === "SIZE" ? "500 No\r\n" : undefined;
    });
    expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("x");
    await client.downloadBytes("a");
    expect(commands.filter((line) => line === "EPSV")).toHaveLength(1);
  });

  it("go to the server that is known, not to the address that 227 names, with a warning", async () => {
    const warnings: string[] = [];
    const { client } = await connect(
      (verb, _, session) => {
        if (verb === "PASV") {
          void session
            .listen((data) => data.end("x"))
            .then((port) => session.send(`227 Entering (192,0,2,1,${port >> 8},${port & 255})\r\n`));
          return "";
        }
        return verb === "RETR" ? "150 Here (1 bytes)\r\n226 Done\r\n" : undefined;
      },
      { dataMode: "pasv" },
    );
    client.on("warning", ({ message }) => warnings.push(message));
    expect((await client.downloadBytes("a")).length).toBe(1);
    expect(warnings).toEqual([expect.stringContaining("192.0.2.1")]);
  });

  it("that cannot be made are told with each attempt, its address and its cause", async () => {
    const { client } = await connect((verb) =>
      verb === "EPSV" ? "229 Extended (|||1|)\r\n" : verb === "PASV" ? "502 No\r\n" : undefined,
    );
    const error: unknown = await client.downloadBytes("a").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataConnectionAttemptsError);
    expect(error).toMatchObject({
      attempts: [{ strategy: "EPSV", address: "127.0.0.1 port 1" }, { strategy: "PASV" }],
    });
    await client.noop();
  });

  it("that are reset leave the control connection as it is", async () => {
    const { client } = await connect((verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => setTimeout(() => data.resetAndDestroy(), 10));
      return verb === "RETR" ? "150 Here\r\n426 Broken\r\n" : undefined;
    });
    await expect(client.downloadBytes("a")).rejects.toMatchObject({ code: 426 });
    await client.noop();
  });

  it("that do not take an upload's end are given up, or aborted", async () => {
    /** A connection whose close never gets through, as where TLS's own meets a full window. */
    const dial = (target: DialTarget): Promise<Socket> => {
      const socket = connectSocket(target.port, "127.0.0.1");
      if (target.purpose === "data") socket._final = () => undefined;
      return Promise.resolve(socket);
    };
    const script: Script = (verb, _, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.resume());
      if (verb === "ABOR") return "426 Aborted\r\n226 Okay\r\n";
      return verb === "STOR" ? "150 Send it\r\n" : undefined;
    };
    const { client } = await connect(script, { dial, stallTimeout: 100 });
    await expect(client.upload(Buffer.from("content"), "a")).rejects.toBeInstanceOf(FtpTimeoutError);
    await client.noop();
    const patient = await connect(script, { dial, stallTimeout: 60_000 });
    const aborting = patient.client.upload(Buffer.from("content"), "a", { signal: AbortSignal.timeout(100) });
    await expect(aborting).rejects.toBeInstanceOf(FtpTransferError);
    await patient.client.noop();
  });

  it("in active mode are not waited for once the transfer was aborted", async () => {
    const stop = new AbortController();
    const { client } = await connect(
      (verb, _, session) => {
        if (verb === "PORT") return "200 Noted\r\n";
        if (verb === "ABOR") return "426 Aborted\r\n226 Okay\r\n";
        if (verb !== "RETR") return undefined;
        stop.abort();
        setTimeout(() => session.send("150 Connecting\r\n"), 20);
        return "";
      },
      { dataMode: "active", dataConnectionTimeout: 60_000 },
    );
    await expect(client.downloadBytes("a", { signal: stop.signal })).rejects.toThrow(/aborted/i);
    await client.noop();
  });

  it("that end empty at once are the empty file", async () => {
    const { client } = await connect(gives("", 0));
    expect((await client.downloadBytes("a")).length).toBe(0);
  });
});

describe("downloads", () => {
  it("have the size behind the name, whatever the name says", async () => {
    const { client } = await connect((verb, argument, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("content"));
      return verb === "RETR" ? `150 Opening ${argument} (7 bytes)\r\n226 Done\r\n` : undefined;
    });
    const download = await client.openRead("a (3 bytes)");
    expect(download.size).toBe(7);
    await download.close();
  });

  it("that are cut short are told from whole ones", async () => {
    const { client } = await connect(gives("12345", 10));
    await expect(client.downloadBytes("a")).rejects.toMatchObject({ name: "FtpTransferError", kind: "size-mismatch" });
    await client.noop();
  });

  it("that break off keep what came, for a resume, and leave the old file alone", async () => {
    const local = await folder();
    const content = "0123456789";
    let whole = false;
    const { client } = await connect((verb, argument, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end(whole ? content.slice(5) : content.slice(0, 5)));
      if (verb === "REST") return argument === "5" ? "350 Go on\r\n" : "501 No\r\n";
      if (verb === "RETR") return "150 Here\r\n226 Done\r\n";
      return verb === "SIZE" ? "213 10\r\n" : undefined;
    });
    await expect(client.download("a", join(local, "a"))).rejects.toBeInstanceOf(FtpTransferError);
    expect(await readdir(local)).toEqual(["a.part"]);
    whole = true;
    expect(await client.download("a", join(local, "a"), { resume: true })).toMatchObject({ offset: 5, bytes: 5 });
    expect(await readdir(local)).toEqual(["a"]);
    expect(await readFile(join(local, "a"), "utf8")).toBe(content);
  });

  it("of trees never leave their folder, whatever the names", async () => {
    const local = await folder();
    const names = ["../evil", "a/b", "..", "/etc/evil", "good"];
    let listing = true;
    const { client } = await connect((verb, _, session) => {
      if (verb === "EPSV") {
        const content = listing ? names.map((name) => `-rw-r--r-- 1 a b 1 Jan  1 00:00 ${name}\r\n`).join("") : "x";
        listing = false;
        return passive(session, (data) => data.end(content));
      }
      return verb === "LIST" || verb === "RETR"
        ? "150 Here\r\n226 Done\r\n"
        : verb === "SIZE"
          ? "213 1\r\n"
          : undefined;
    });
    const { files, skipped } = await client.downloadTree("x", join(local, "into"));
    expect(files).toBe(1);
    expect(skipped).toHaveLength(3);
    expect(await readdir(local, { recursive: true })).toEqual(["into", "into/good"]);
  });

  it("and listings over their caps are given up", async () => {
    const { client } = await connect(
      (verb, _, session) => {
        if (verb === "EPSV") return passive(session, (data) => data.end("x".repeat(5_000)));
        return verb === "LIST" || verb === "RETR"
          ? "150 Here\r\n226 Done\r\n"
          : verb === "ABOR"
            ? "226 Aborted\r\n"
            : undefined;
      },
      { maxListing: 1_000 },
    );
    await expect(client.list()).rejects.toMatchObject({ kind: "too-large" });
  });
});
