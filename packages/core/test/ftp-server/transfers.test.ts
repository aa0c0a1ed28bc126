import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { nextEvent, putFile, readFile, startServer } from "./server-fixture.ts";
import { MemoryStorage } from "../../src/storage/index.ts";

describe("a transfer in passive mode", () => {
  it("opens the file before 150, names its size there, and completes with 226", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a.bin", "x".repeat(300_000));
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    const { bytes, first, last } = await session.download("RETR a.bin");
    expect(first.text).toMatch(/^150 .*\(300000 bytes\)\r\n$/);
    expect(bytes.length).toBe(300_000);
    expect(last.code).toBe(226);
    session.close();
  });

  it("answers 550 for a missing file, and keeps a passive port that nobody has come to", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "here");
    const session = await RawSession.logIn(port);
    const { text } = await session.command("EPSV");
    expect(await session.code("RETR missing")).toBe(550);
    const data = connect({ port: Number(/\|(\d+)\|/.exec(text)?.[1]), host: "127.0.0.1" });
    await once(data, "connect");
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(data)).toString()).toBe("here");
    data.destroy();
    session.close();
  });

  it("works by PASV, whose answer has no digit before the address", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "here");
    const session = await RawSession.logIn(port);
    const { text } = await session.command("PASV");
    const match = /^227 [^\d]*127,0,0,1,(\d+),(\d+)[^\d,]*\r\n$/.exec(text);
    const data = connect({ port: Number(match?.[1]) * 256 + Number(match?.[2]), host: "127.0.0.1" });
    await once(data, "connect");
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(data)).toString()).toBe("here");
    session.close();
  });

  it("works on IPv6, by EPSV alone", async () => {
    const { server, storage } = await startServer({ listeners: [{ host: "::1", port: 0 }] });
    await putFile(storage, "/a", "six");
    const session = await RawSession.logIn(server.addresses[0]?.port ?? 0, "::1");
    expect(await session.code("PASV")).toBe(522);
    expect(await session.code("EPSV 1")).toBe(522);
    expect((await session.download("RETR a")).bytes.toString()).toBe("six");
    session.close();
  });

  it("refuses every other way after EPSV ALL", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("EPSV ALL")).toBe(200);
    expect(await session.code("PASV")).toBe(503);
    expect(await session.code("PORT 127,0,0,1,200,1")).toBe(503);
    expect(await session.code("EPRT |1|127.0.0.1|51201|")).toBe(503);
    expect(await session.code("EPSV")).toBe(229);
    session.close();
  });

  it("answers 425 when no data connection comes, frees the port, and works on", async () => {
    const { port, server } = await startServer({ limits: { dataConnectionTimeout: 60 } });
    const session = await RawSession.logIn(port);
    await session.command("EPSV");
    expect(await session.code("LIST")).toBe(150);
    expect((await session.reply()).code).toBe(425);
    expect(server.passivePortsArmed).toBe(0);
    expect((await session.download("LIST")).last.code).toBe(226);
    session.close();
  });

  it("tells the external address to the networks it is meant for", async () => {
    const { port } = await startServer({
      passive: { externalAddress: { networks: { "127.0.0.0/8": "192.0.2.7" }, default: "192.0.2.8" } },
    });
    const session = await RawSession.logIn(port);
    expect((await session.command("PASV")).text).toContain("(192,0,2,7,");
    session.close();
  });

  it("closes what comes from another address, before it is armed, or second", async () => {
    const { port, storage } = await startServer({ listeners: [{ host: "0.0.0.0", port: 0 }] });
    await putFile(storage, "/a", "mine");
    const session = await RawSession.logIn(port);
    const dataPort = Number(/\|(\d+)\|/.exec((await session.command("EPSV")).text)?.[1]);
    const stranger = connect({ port: dataPort, host: "127.0.0.1", localAddress: "127.0.0.2" });
    // By a reset: an end would be to another server the end of the file that it stores.
    expect(await once(stranger, "error")).toMatchObject([{ code: "ECONNRESET" }]);
    const own = connect({ port: dataPort, host: "127.0.0.1" });
    await once(own, "connect");
    const second = connect({ port: dataPort, host: "127.0.0.1" });
    expect(await once(second, "error")).toMatchObject([{ code: "ECONNRESET" }]);
    expect(await session.code("RETR a")).toBe(150);
    expect((await readAll(own)).toString()).toBe("mine");
    session.close();
  });
});

describe("a transfer in active mode", () => {
  it.each(["PORT", "EPRT"])("connects first, says 125, and completes with 226 (%s)", async (verb) => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "active");
    const session = await RawSession.logIn(port);
    const listener = await listenForData();
    // NetX Duo pads the fields of PORT to three digits.
    const padded = listener.argument
      .split(",")
      .map((field) => field.padStart(3, "0"))
      .join(",");
    expect(await session.code(verb === "PORT" ? `PORT ${padded}` : `EPRT |1|127.0.0.1|${listener.port}|`)).toBe(200);
    session.send("RETR a\r\n");
    const data = await listener.accepted;
    expect((await readAll(data)).toString()).toBe("active");
    expect((await session.reply()).code).toBe(125);
    expect((await session.reply()).code).toBe(226);
    data.destroy();
    listener.server.close();
    session.close();
  });

  it("completes with 250 as NetX Duo documents it, by option", async () => {
    const { port, storage } = await startServer({ replies: "netx" });
    await putFile(storage, "/a", "x");
    const session = await RawSession.logIn(port);
    const listener = await listenForData();
    await session.command(`PORT ${listener.argument}`);
    session.send("RETR a\r\n");
    const data = await listener.accepted;
    await readAll(data);
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([125, 250]);
    data.destroy();
    listener.server.close();
    expect((await session.download("RETR a")).last.code).toBe(226);
    session.close();
  });

  it("uses the default data port, the client's control port, with neither PORT nor PASV", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "default");
    // The port is chosen before it is used for both: the system lets a listener share it with a connection made from it.
    const chosen = await listenForData();
    chosen.server.close();
    const session = await RawSession.open(port, "127.0.0.1", chosen.port);
    await session.command("USER me");
    await session.command("PASS secret");
    const listener = createServer({ allowHalfOpen: true });
    listener.listen(chosen.port, "127.0.0.1");
    await once(listener, "listening");
    session.send("RETR a\r\n");
    const [data] = (await once(listener, "connection")) as [Socket];
    expect((await readAll(data)).toString()).toBe("default");
    expect((await session.reply()).code).toBe(125);
    expect((await session.reply()).code).toBe(226);
    data.destroy();
    listener.close();
    session.close();
  });

  it("refuses other addresses and ports below 1024, unless they are allowed", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("PORT 192,0,2,1,200,1")).toBe(504);
    expect(await session.code("PORT 127,0,0,1,0,22")).toBe(504);
    expect(await session.code("EPRT |2|2001:db8::1|51201|")).toBe(504);
    expect(await session.code("EPRT |3|x|51201|")).toBe(522);
    session.close();
    const open = await startServer({ allowForeignData: true, allowPrivilegedPorts: true });
    const allowed = await RawSession.logIn(open.port);
    expect(await allowed.code("PORT 192,0,2,1,0,22")).toBe(200);
    allowed.close();
  });

  it("takes an IPv4 address mapped into IPv6 for the same peer", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("EPRT |2|::ffff:127.0.0.1|51201|")).toBe(200);
    session.close();
  });

  it("answers 425 when it cannot connect", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "x");
    const session = await RawSession.logIn(port);
    const listener = await listenForData();
    listener.server.close();
    await session.command(`PORT ${listener.argument}`);
    expect(await session.code("RETR a")).toBe(425);
    expect(await session.code("NOOP")).toBe(200);
    session.close();
  });
});

describe("uploads", () => {
  it("store, replace and append", async () => {
    const { port, storage } = await startServer();
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    expect((await session.upload("STOR a", "first")).last.text).toMatch(/^226 .*5 octets/);
    await session.upload("STOR a", "second");
    await session.upload("APPE a", " more");
    await session.upload("APPE new", "made");
    expect(await readFile(storage, "/a")).toBe("second more");
    expect(await readFile(storage, "/new")).toBe("made");
    session.close();
  });

  it("keep the first n octets after REST n, whatever real clients send in between", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "0123456789");
    const session = await RawSession.logIn(port);
    expect(await session.code("REST 4")).toBe(350);
    for (const line of ["TYPE I", "SIZE a", "MDTM a", "MODE S", "STRU F", "NOOP"]) await session.command(line);
    await session.upload("STOR a", "NEW");
    expect(await readFile(storage, "/a")).toBe("0123NEW");
    expect((await session.upload("STOR a", "whole")).last.code).toBe(226);
    expect(await readFile(storage, "/a")).toBe("whole");
    session.close();
  });

  it("act as STOR at the marker for REST and APPE", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "0123456789");
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    await session.command("REST 2");
    await session.upload("APPE a", "x");
    expect(await readFile(storage, "/a")).toBe("01x");
    session.close();
  });

  it("refuse a REST beyond the file with 554", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "012");
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    for (const verb of ["RETR", "STOR"]) {
      const data = await session.passive();
      await session.command("REST 4");
      expect(await session.code(`${verb} a`)).toBe(554);
      data.destroy();
    }
    session.close();
  });

  it("get a name of the server's choice by STOU, told in the preliminary reply", async () => {
    const { port, storage } = await startServer();
    const session = await RawSession.logIn(port);
    const { first, last } = await session.upload("STOU", "unique");
    const name = /^150 FILE: (\S+)\r\n$/.exec(first.text)?.[1] ?? "";
    expect(last.code).toBe(226);
    expect(await readFile(storage, `/${name}`)).toBe("unique");
    session.close();
  });

  it("are refused at once where ALLO asks for more than there is room", async () => {
    const { port } = await startServer({ storage: new MemoryStorage({ maxBytes: 10 }) });
    const session = await RawSession.logIn(port);
    expect(await session.code("ALLO 11")).toBe(552);
    expect(await session.code("ALLO 5 R 80")).toBe(200);
    session.close();
  });

  it("end with 452 when the storage fills up, leave nothing, and the session works on", async () => {
    const { port, storage } = await startServer({ storage: new MemoryStorage({ maxBytes: 1000 }) });
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    const data = await session.passive();
    await session.command("STOR big");
    data.on("error", () => undefined);
    data.write("x".repeat(5000));
    expect((await session.reply()).code).toBe(452);
    expect(await session.code("SIZE big")).toBe(550);
    expect((await session.upload("STOR small", "fits")).last.code).toBe(226);
    expect(await readFile(storage, "/small")).toBe("fits");
    data.destroy();
    session.close();
  });
});

describe("TYPE A", () => {
  it("converts line ends both ways, and doubles none", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/unix", "one\ntwo\n");
    await putFile(storage, "/dos", "one\r\ntwo\r\n");
    const session = await RawSession.logIn(port);
    expect((await session.download("RETR unix")).bytes.toString()).toBe("one\r\ntwo\r\n");
    expect((await session.download("RETR dos")).bytes.toString()).toBe("one\r\ntwo\r\n");
    await session.upload("STOR in", "one\r\ntwo\r\n");
    expect(await readFile(storage, "/in")).toBe("one\ntwo\n");
    session.close();
  });

  it("joins a CR and its LF that come in two chunks", async () => {
    const { port, storage } = await startServer();
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    await session.command("STOR split");
    data.write("one\r");
    await new Promise((resolve) => setTimeout(resolve, 20));
    data.end("\ntwo");
    await session.reply();
    expect(await readFile(storage, "/split")).toBe("one\ntwo");
    data.destroy();
    session.close();
  });

  it("counts REST in octets as they travel", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "one\ntwo\n");
    const session = await RawSession.logIn(port);
    await session.command("REST 5");
    expect((await session.download("RETR a")).bytes.toString()).toBe("two\r\n");
    await session.command("REST 5");
    const data = await session.passive();
    expect(await session.code("STOR a")).toBe(554);
    data.destroy();
    session.close();
  });
});

describe("while a transfer runs", () => {
  it("ABOR ends it with 426 and then 226, and the port is free", async () => {
    const { port, storage, server } = await startServer();
    await putFile(storage, "/big", "x".repeat(30_000_000));
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    const data = await session.passive();
    data.on("error", () => undefined);
    data.pause();
    expect(await session.code("RETR big")).toBe(150);
    session.send("ABOR\r\n");
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([426, 226]);
    expect(server.passivePortsArmed).toBe(0);
    expect(await session.code("NOOP")).toBe(200);
    data.destroy();
    session.close();
  });

  it("STAT tells how far it is, and other commands wait for its result", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    const data = await session.passive();
    await session.command("STOR slow");
    data.write("12345");
    session.send("NOOP\r\n");
    let told = "";
    while (!told.includes(" 5 octets")) told = (await session.command("STAT")).text;
    expect(told).toMatch(/^211-/);
    data.end();
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([226, 200]);
    data.destroy();
    session.close();
  });

  it("QUIT waits for its result", async () => {
    const { port, storage } = await startServer();
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    await session.command("STOR last");
    session.send("QUIT\r\n");
    data.end("done");
    expect([(await session.reply()).code, (await session.reply()).code]).toEqual([226, 221]);
    expect(await readFile(storage, "/last")).toBe("done");
    data.destroy();
    await session.ended();
  });

  it("a peer that reads nothing is given up after the stall limit", async () => {
    const { port, storage, server } = await startServer({ limits: { stallTimeout: 150 } });
    await putFile(storage, "/big", "x".repeat(30_000_000));
    const session = await RawSession.logIn(port);
    const broken = nextEvent(server, "download-broken");
    const data = await session.passive();
    data.on("error", () => undefined);
    data.pause();
    await session.command("RETR big");
    expect((await session.reply()).code).toBe(426);
    expect((await broken).bytes).toBeLessThan(30_000_000);
    data.destroy();
    session.close();
  });

  it("tells the application of its start and end, with path, octets and account", async () => {
    const { port, server } = await startServer();
    const started = nextEvent(server, "upload-start");
    const done = nextEvent(server, "upload");
    const session = await RawSession.logIn(port);
    await session.upload("STOR told", "1234");
    expect(await started).toMatchObject({ path: "/told", account: "me", verb: "STOR" });
    expect(await done).toMatchObject({ path: "/told", bytes: 4, account: "me", offset: 0 });
    session.close();
  });
});
