/** Transfers between two of our own servers: what others do with it, the interop tests tell. */
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ClientClosedError,
  FtpClient,
  FtpError,
  FtpReplyError,
  FtpTransferError,
  ServersRefusedError,
  transferBetween,
  type DialTarget,
  type FtpClientOptions,
} from "../../src/ftp-client/index.ts";
import { putFile, readFile } from "../ftp-server/server-fixture.ts";
import { addresses, expectUsable, startPair, startPeer, type PeerOptions } from "./between-fixture.ts";
import { startScripted } from "./scripted-server.ts";

const refusing = { account: { allowForeignData: false }, server: { limits: { dataConnectionTimeout: 300 } } };
const big = "0123456789abcdef".repeat(100_000);
const ends = ["from", "to"] as const;
const ipv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1") === true);

describe("a transfer between servers", () => {
  it.each(ends)("moves a file while the %s server listens", async (passive) => {
    const [from, to] = await startPair(big);
    const result = await transferBetween(from.client, "a", to.client, "b", { passive });
    expect(result).toMatchObject({ bytes: big.length, offset: 0, passive, tls: "clear" });
    expect(await readFile(to.storage, "/b")).toBe(big);
    expect((passive === "from" ? from : to).sent).toContain("PASV");
    await Promise.all([from, to].map(expectUsable));
  });

  it("moves an empty file", async () => {
    const [from, to] = await startPair("");
    expect(await transferBetween(from.client, "a", to.client, "b")).toMatchObject({ bytes: 0 });
    expect(await readFile(to.storage, "/b")).toBe("");
  });

  it.runIf(ipv6).each(ends)("moves a file over IPv6 while the %s server listens", async (passive) => {
    const [from, to] = [await startPeer("::1"), await startPeer("::1")];
    await putFile(from.storage, "/a", big);
    await transferBetween(from.client, "a", to.client, "b", { passive });
    expect(await readFile(to.storage, "/b")).toBe(big);
    expect((passive === "from" ? from : to).sent).toContain("EPSV");
    expect((passive === "from" ? to : from).sent.some((line) => line.startsWith("EPRT |2|::1|"))).toBe(true);
  });

  it("names no host that only a proxy can resolve, and takes the server's word where it is trusted", async () => {
    const dial = (host: string) => (target: DialTarget) => Promise.resolve(connect(target.port, host));
    const named = (at: 0 | 1, more: FtpClientOptions = {}): PeerOptions => ({
      client: { host: `files${at}.example`, dial: dial(addresses[at]), ...more },
    });
    const [from, to] = await startPair("content", named(0), named(1));
    const failed: unknown = await transferBetween(from.client, "a", to.client, "b").catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ServersRefusedError);
    expect(String(failed)).toContain("files1.example is not known here");
    expect([...from.sent, ...to.sent].filter((line) => line.startsWith("PORT"))).toEqual([]);
    const trusting = { foreignDataAddresses: "trust" } as const;
    const [first, second] = await startPair("content", named(0, trusting), named(1, trusting));
    await transferBetween(first.client, "a", second.client, "b");
    expect(await readFile(second.storage, "/b")).toBe("content");
  });

  it("tells that both ways are refused when an account has no permission", async () => {
    const [from, to] = await startPair(big, refusing, {});
    const failed: unknown = await transferBetween(from.client, "a", to.client, "b", { passive: "to" }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ServersRefusedError);
    expect(String(failed)).toContain("504");
    // As the one that listens it takes its client's connections only: the other's is reset, so that no empty file is left.
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toBeInstanceOf(FtpError);
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    await Promise.all([from, to].map(expectUsable));
  });

  it("turns round when one server cannot listen", async () => {
    const [from] = await startPair(big);
    let stored = "";
    let target: { readonly host: string; readonly port: number } | undefined;
    const { port, commands } = await startScripted((verb, argument, session) => {
      if (verb === "PASV" || verb === "SIZE") return "502 Not here\r\n";
      if (verb === "PORT") {
        const octets = argument.split(",").map(Number);
        target = { host: octets.slice(0, 4).join("."), port: (octets[4] ?? 0) * 256 + (octets[5] ?? 0) };
        return "200 Noted\r\n";
      }
      if (verb !== "STOR" || target === undefined) return undefined;
      const data = connect(target).setEncoding("utf8");
      data.on("data", (chunk: string) => (stored += chunk));
      data.on("end", () => session.send("226 Stored\r\n"));
      return "150 Opening\r\n";
    });
    const to = await FtpClient.connect({ host: "127.0.0.1", port, user: "x", password: "y" });
    onTestFinished(() => to.destroy());
    expect(await transferBetween(from.client, "a", to, "b")).toMatchObject({ passive: "from" });
    expect(stored).toBe(big);
    expect(commands.filter((line) => /^(?:PASV|PORT|STOR)/.test(line))).toHaveLength(3);
  });

  it("goes on where the receiving server's file ends", async () => {
    const [from, to] = await startPair(big);
    await putFile(to.storage, "/b", big.slice(0, 1_000));
    const result = await transferBetween(from.client, "a", to.client, "b", { resume: true });
    expect(result).toMatchObject({ bytes: big.length - 1_000, offset: 1_000 });
    expect(await readFile(to.storage, "/b")).toBe(big);
    expect([from.sent, to.sent].map((lines) => lines.includes("REST 1000"))).toEqual([true, true]);
    expect(await transferBetween(from.client, "a", to.client, "b", { resume: true })).toMatchObject({ bytes: 0 });
    await putFile(to.storage, "/b", `${big}x`);
    await expect(transferBetween(from.client, "a", to.client, "b", { resume: true })).rejects.toMatchObject({
      kind: "cannot-resume",
    });
  });

  it("leaves the receiving server's file alone when there is nothing to send", async () => {
    const [from, to] = await startPair(big);
    await putFile(to.storage, "/b", "precious");
    await expect(transferBetween(from.client, "none", to.client, "b")).rejects.toMatchObject({ code: 550 });
    expect(to.sent.some((line) => line.startsWith("STOR"))).toBe(false);
    expect(await readFile(to.storage, "/b")).toBe("precious");
    await Promise.all([from, to].map(expectUsable));
  });

  it("tells the receiving server's refusal", async () => {
    const [from, to] = await startPair(big);
    const failed: unknown = await transferBetween(from.client, "a", to.client, "none/b").catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FtpReplyError);
    expect(failed).toMatchObject({ verb: "STOR" });
    await Promise.all([from, to].map(expectUsable));
  });

  it.each(ends)("aborts both servers while the %s server listens, and both go on", async (passive) => {
    const huge = new Uint8Array(64 * 1024 * 1024);
    const [from, to] = await startPair(huge);
    const abort = new AbortController();
    from.server.once("download-start", () => abort.abort(new Error("enough")));
    const failed: unknown = await transferBetween(from.client, "a", to.client, "b", {
      passive,
      signal: abort.signal,
    }).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FtpTransferError);
    expect(failed).toMatchObject({ kind: "aborted" });
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    await Promise.all([from, to].map(expectUsable));
  });

  it("fails with the other server when one is lost, and the other goes on", async () => {
    const [from, to] = await startPair(new Uint8Array(64 * 1024 * 1024));
    to.server.once("upload-start", () => to.client.destroy());
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toThrow();
    expect(to.client.closed).toBe(true);
    await expect(to.client.pwd()).rejects.toBeInstanceOf(ClientClosedError);
    await expectUsable(from);
  });

  it("gives up a connection that mode B kept", async () => {
    const [from, to] = await startPair(big);
    for (const { client } of [from, to]) {
      await client.upload(new TextEncoder().encode("kept"), "kept", { mode: "block" });
    }
    await transferBetween(from.client, "a", to.client, "b");
    expect(await readFile(to.storage, "/b")).toBe(big);
    await from.client.upload(new TextEncoder().encode("kept"), "kept", { mode: "block" });
  });

  it("waits its turn, even when two want the same clients crosswise", async () => {
    const [from, to] = await startPair(big);
    await putFile(to.storage, "/c", "other");
    await Promise.all([
      from.client.pwd(),
      transferBetween(from.client, "a", to.client, "b"),
      transferBetween(to.client, "c", from.client, "d"),
      to.client.pwd(),
    ]);
    expect(await readFile(to.storage, "/b")).toBe(big);
    expect(await readFile(from.storage, "/d")).toBe("other");
  });

  it("is refused while a download is open, and with one client for both", async () => {
    const [from, to] = await startPair(big);
    const download = await from.client.openRead("a");
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toThrow("is open");
    await download.close();
    await expect(transferBetween(from.client, "a", from.client, "b")).rejects.toBeInstanceOf(RangeError);
    await Promise.all([from, to].map(expectUsable));
  });

  it("ends in time when a server never does", async () => {
    const [from] = await startPair(big);
    const mute = await startScripted((verb) => {
      if (verb === "PASV") return "227 (127,0,0,1,4,210)\r\n";
      return verb === "STOR" || verb === "ABOR" ? "" : verb === "PORT" ? "200 Noted\r\n" : undefined;
    });
    const to = await FtpClient.connect({ host: "127.0.0.1", port: mute.port, user: "x", password: "y" });
    const begun = Date.now();
    const options = { passive: "from", timeout: 300 } as const;
    await expect(transferBetween(from.client, "a", to, "b", options)).rejects.toThrow("in time");
    expect(Date.now() - begun).toBeLessThan(8_000);
    // It did not answer ABOR: nobody knows what its next reply would be for.
    expect(to.closed).toBe(true);
    await expectUsable(from);
  });
});
