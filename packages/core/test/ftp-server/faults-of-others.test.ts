/** Faults that were seen in other servers, where no other test here stands against them. */
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Entry, type Storage } from "../../src/storage/index.ts";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";
import { privateData, secureLogin, secureServer } from "./tls-fixture.ts";

async function logIn(fixture: Fixture): Promise<RawSession> {
  const session = await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  return session;
}

/** A storage whose root holds a link to a folder outside, and that folder. */
async function linked(): Promise<{ storage: Storage; outside: string; root: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "twinport-faults-")));
  const [root, outside] = [join(folder, "root"), join(folder, "outside")];
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "secret");
  await symlink(outside, join(root, "out"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  return { storage, outside, root };
}

/** A storage whose root lists what a test says, and counts what it is asked. */
function listing(entries: readonly Entry[], asked: { lists: number; stats: number } = { lists: 0, stats: 0 }): Storage {
  const storage = new MemoryStorage();
  const stat = storage.stat.bind(storage);
  return Object.assign(storage, {
    async *list() {
      asked.lists++;
      for (let at = 0; at < entries.length; at += 128) yield await Promise.resolve(entries.slice(at, at + 128));
    },
    stat(...given: Parameters<Storage["stat"]>) {
      asked.stats++;
      return stat(...given);
    },
  });
}

const file = (name: string): Entry => ({ name, kind: "file", size: 1, modified: 0 });

describe("a command line", () => {
  it("that comes in two segments is one command", async () => {
    const { port, storage } = await startServer();
    const session = await RawSession.logIn(port);
    session.send("MKD fol");
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.send("der\r");
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.send("\nPWD\r\n");
    expect((await session.reply()).text).toContain('"/folder"');
    expect((await session.reply()).code).toBe(257);
    expect(await storage.stat("/folder" as never)).toMatchObject({ kind: "directory" });
    session.close();
  });

  it("of 5 MB is answered once, and dropped to its end", async () => {
    const session = await logIn(await startServer());
    const megabyte = "A".repeat(1_000_000);
    for (let sent = 0; sent < 5; sent++) session.send(sent === 0 ? `CWD ${megabyte}` : megabyte);
    session.send("\r\nNOOP\r\n");
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([500, 200]);
  });

  it.each([
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "PRI",
    "EHLO",
    "HELO",
    "LHLO",
  ])("of another protocol ends the session, whatever follows: %s", async (verb) => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    session.send(`${verb} / HTTP/1.1\r\nHost: x\r\n\r\nUSER me\r\nPASS secret\r\nPWD\r\n`);
    expect((await session.reply()).code).toBe(421);
    expect(await session.ended()).toBe("");
  });
});

describe("a link that leads out of the root", () => {
  it("is followed neither by MKD nor by either name of a rename, nor by any verb that writes", async () => {
    const { storage, outside, root } = await linked();
    const session = await logIn(await startServer({ storage }));
    await session.upload("STOR mine", "mine");
    for (const line of ["MKD out/folder", "XMKD out/folder", "RMD out", "DELE out/secret", "RNFR out/secret"]) {
      expect(await session.code(line), line).toBe(550);
    }
    expect(await session.code("RNFR mine")).toBe(350);
    expect(await session.code("RNTO out/mine")).toBe(550);
    for (const line of ["STOR out/new", "APPE out/secret", "STOU out/new", "RETR out/secret"]) {
      const data = await session.passive();
      expect(await session.code(line), line).toBe(550);
      data.destroy();
    }
    expect(await session.code("CWD out")).toBe(550);
    expect(await readdir(outside)).toEqual(["secret"]);
    expect((await readdir(root)).filter((name) => !name.startsWith("."))).toEqual(["mine", "out"]);
  });
});

describe("a name", () => {
  it.each([
    "../outside/secret",
    "/../outside/secret",
    "a/../../outside/secret",
    "./.././../outside/secret",
    "//..//..//outside//secret",
    "%2e%2e/outside/secret",
    "..%2foutside%2fsecret",
    "%252e%252e%252foutside/secret",
    "..\\outside\\secret",
    ".../...//outside/secret",
    "..\u2215outside\u2215secret",
  ])("is normalised once, and stays in the root: %s", async (name) => {
    const { storage } = await linked();
    const session = await logIn(await startServer({ storage }));
    const data = await session.passive();
    expect(await session.code(`RETR ${name}`)).toBe(550);
    data.destroy();
    expect(await session.code(`SIZE ${name}`)).toBe(550);
  });

  it("is permitted, told and made as the same thing", async () => {
    const { storage, root } = await linked();
    const session = await logIn(await startServer({ storage }));
    expect(await session.code("MKD %2e%2e")).toBe(257);
    expect(await session.code("CWD a/../%2e%2e/./")).toBe(250);
    expect((await session.command("PWD")).text).toContain('"/%2e%2e"');
    expect(await session.code("CWD ../../../..")).toBe(250);
    expect((await session.command("PWD")).text).toContain('"/"');
    expect(await readdir(root)).toContain("%2e%2e");
  });
});

describe("a listing", () => {
  const forged = [
    file("a\r\n-rw-r--r--   1 root     root            0 Jan  1 00:00 forged"),
    file("b\nforged"),
    file("c\rforged"),
    file("d\r\0\nforged"),
    file("e\0forged"),
    { ...file("f"), kind: "symlink", target: "g\r\nforged" } satisfies Entry,
    file("honest"),
  ];

  it.each(["LIST", "NLST", "MLSD", "NLST *", "LIST -R", "LIST *"])(
    "has no lines that a name forges: %s",
    async (line) => {
      const session = await logIn(await startServer({ storage: listing(forged) }));
      const { bytes, last } = await session.download(line);
      expect(last.code).toBe(226);
      const lines = bytes
        .toString()
        .split("\r\n")
        .filter((text) => text !== "" && text !== ".:");
      expect(lines).toEqual([expect.stringMatching(/honest$/)]);
      expect(bytes.toString()).not.toMatch(/forged/);
    },
  );

  it.skipIf(process.platform === "win32")("has none of names on a disk either", async () => {
    const { storage, root } = await linked();
    for (const name of ["a\r\nforged", "b\nforged", "c\rforged", "honest"]) await writeFile(join(root, name), "");
    const session = await logIn(await startServer({ storage }));
    for (const line of ["LIST", "NLST", "MLSD", "NLST *"]) {
      const { bytes } = await session.download(line);
      expect(bytes.toString(), line).not.toMatch(/forged/);
    }
    expect((await session.command("STAT /")).text).not.toMatch(/forged/);
  });

  it("costs four times as much for four times as many entries", async () => {
    const work: number[] = [];
    for (const count of [5_000, 20_000]) {
      let reads = 0;
      const asked = { lists: 0, stats: 0 };
      const entries = Array.from({ length: count }, (_, index) => ({
        get name() {
          reads++;
          return `file-${String((index * 7919) % count)}`;
        },
        kind: "file" as const,
        size: 1,
        modified: 0,
      }));
      const session = await logIn(await startServer({ storage: listing(entries, asked) }));
      const { bytes } = await session.download("LIST");
      expect(bytes.toString().match(/\r\n/g)).toHaveLength(count);
      expect(asked.lists).toBe(1);
      expect(asked.stats).toBeLessThanOrEqual(2);
      work.push(reads / count);
    }
    expect(work[1]).toBeLessThanOrEqual((work[0] ?? 0) * 1.01);
  });
});

describe("one host by two addresses", () => {
  it("is one peer: PORT of IPv4 and EPRT of the same one mapped, and neither of a neighbour", async () => {
    const session = await logIn(await startServer());
    expect(await session.code("EPRT |2|::ffff:127.0.0.1|51201|")).toBe(200);
    expect(await session.code("EPRT |2|::ffff:7f00:1|51201|")).toBe(200);
    expect(await session.code("EPRT |2|::ffff:127.0.0.2|51201|")).toBe(504);
    expect(await session.code("EPRT |2|::ffff:127.0.0.1|22|")).toBe(504);
    expect(await session.code("PORT 127,0,0,2,200,1")).toBe(504);
  });
});

describe("a passive port", () => {
  const ways: Readonly<Record<string, (session: RawSession, fixture: Fixture) => Promise<void>>> = {
    "a whole download": async (session) => {
      await session.download("RETR a");
    },
    "a whole upload": async (session) => {
      await session.upload("STOR b", "b");
    },
    "ABOR before a transfer": async (session) => {
      await session.command("EPSV");
      await session.command("ABOR");
    },
    "PORT after it": async (session) => {
      await session.command("EPSV");
      await session.command("PORT 127,0,0,1,200,1");
    },
    REIN: async (session) => {
      await session.command("EPSV");
      await session.command("REIN");
    },
    QUIT: async (session) => {
      await session.command("EPSV");
      await session.command("QUIT");
      await session.ended();
    },
    "a client that closes": async (session) => {
      await session.command("EPSV");
      session.socket.end();
      await session.ended();
    },
    "a client that is reset": async (session) => {
      await session.command("EPSV");
      session.socket.resetAndDestroy();
    },
    "a client that never connects": async (session) => {
      await session.command("EPSV");
      expect([await session.code("RETR a"), (await session.reply()).code]).toEqual([150, 425]);
    },
    "a data connection that is reset": async (session) => {
      const data = await session.passive();
      await session.command("STOR broken");
      data.resetAndDestroy();
      expect((await session.reply()).code).toBe(426);
    },
    "a transfer that reservations refuse": async (session) => {
      await session.command("EPSV");
      expect(await session.code("RETR refused")).toBe(450);
    },
    "a client that goes away in mid-transfer": async (session) => {
      const data = await session.passive();
      await session.command("STOR broken");
      data.write("x");
      session.socket.resetAndDestroy();
      await new Promise((resolve) => data.once("close", resolve));
    },
    "a server that stops": async (session, { server }) => {
      await session.command("EPSV");
      await server.stop();
    },
  };

  it.each(Object.entries(ways))("is free again after %s", async (_, way) => {
    const fixture = await startServer({
      limits: { dataConnectionTimeout: 100 },
      reservations: {
        reserve: (request) =>
          request.kind === "transfer" && request.path === "/refused"
            ? { refused: true, message: "Quota" }
            : { release: () => undefined },
      },
    });
    for (const path of ["/a", "/refused"]) await putFile(fixture.storage, path, "a");
    const session = await logIn(fixture);
    await way(session, fixture);
    await expect.poll(() => fixture.server.passivePortsArmed).toBe(0);
  });

  it("is one at a time, however often it is asked for", async () => {
    const fixture = await startServer();
    const session = await logIn(fixture);
    for (const line of ["EPSV", "PASV", "LPSV", "EPSV"]) await session.command(line);
    expect(fixture.server.passivePortsArmed).toBe(1);
  });

  it("is free again when TLS fails on its data connection", async () => {
    const { port, storage, server } = await secureServer();
    await putFile(storage, "/a", "a");
    const session = await secureLogin(port);
    await privateData(session);
    const data = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    data.end("this is no TLS");
    data.resume();
    expect((await session.reply()).code).toBe(522);
    expect(server.passivePortsArmed).toBe(0);
  });
});

describe("150", () => {
  it.each(["RETR a", "STOR b", "LIST"])("comes before the handshake of the data connection: %s", async (line) => {
    const { port, storage } = await secureServer();
    await putFile(storage, "/a", "content");
    const session = await secureLogin(port);
    await privateData(session);
    const raw = await session.passive();
    // The client begins TLS only once it has seen the reply: a server that waits for it would wait for ever.
    expect(await session.code(line)).toBe(150);
    const data = await session.secureData(raw);
    if (line.startsWith("STOR")) data.end("content");
    else expect((await readAll(data)).length).toBeGreaterThan(0);
    data.resume();
    expect((await session.reply()).code).toBe(226);
    raw.destroy();
  });
});

describe("another host", () => {
  it("neither takes a passive data connection nor is connected to", async () => {
    const fixture = await startServer({ listeners: [{ host: "0.0.0.0", port: 0 }] });
    await putFile(fixture.storage, "/a", "mine");
    const session = await logIn(fixture);
    const port = Number(/\|(\d+)\|/.exec((await session.command("EPSV")).text)?.[1]);
    const thief = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
    expect(await once(thief, "error")).toMatchObject([{ code: "ECONNRESET" }]);
    const own = connect({ port, host: "127.0.0.1" });
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(own)).toString()).toBe("mine");
    expect((await session.reply()).code).toBe(226);

    const listener = await listenForData("127.0.0.2");
    onTestFinished(() => void listener.server.close());
    expect(await session.code(`PORT ${listener.argument}`)).toBe(504);
    expect(await readFile(fixture.storage, "/a")).toBe("mine");
  });
});
