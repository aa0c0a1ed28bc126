/** Transfers between servers: our client between real servers and ours, and lftp between two of ours. */
import { readFile as readLocal } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startPeer as startOurs, type Peer as Ours } from "../../packages/core/test/ftp-client/between-fixture.ts";
import { putFile, readFile } from "../../packages/core/test/ftp-server/server-fixture.ts";
import { FtpClient, transferBetween } from "../../packages/core/src/ftp-client/index.ts";
import { run } from "./processes.ts";
import {
  foreignPeerHost,
  foreignPeerNames,
  peerPassword,
  peerUser,
  removeUser,
  startForeignPeer,
  type Peer,
} from "./peer-servers.ts";

const big = "0123456789abcdef".repeat(200_000);
const ends = ["from", "to"] as const;
const hosts = ["127.0.0.2", "127.0.0.3"] as const;

afterAll(async () => {
  await removeUser();
});

describe.each([...foreignPeerNames.map((name) => [name, false] as const), ["proftpd under TLS", true] as const])(
  "%s",
  (name, tls) => {
    let peer: Peer;
    let client: FtpClient;
    let ours: Ours;

    beforeAll(async () => {
      peer = await startForeignPeer(name);
    });

    afterAll(async () => {
      await peer.stop();
    });

    beforeEach(async () => {
      ours = await startOurs(hosts[0], { tls });
      client = await FtpClient.connect({
        host: foreignPeerHost,
        port: peer.port,
        user: peerUser,
        password: peerPassword,
        tls: tls ? { authorities: [{ file: peer.authority }] } : "off",
      });
    });

    afterEach(async () => {
      await client.close();
      await ours.client.close();
      await ours.server.stop();
    });

    it.each(ends)("gives and takes a file while the %s server listens", async (passive) => {
      await putFile(ours.storage, "/a", big);
      const how = tls ? "sscn" : "clear";
      const given = await transferBetween(ours.client, "a", client, "b", { passive });
      expect(given).toMatchObject({ passive, tls: how, bytes: big.length });
      expect(await readLocal(join(peer.home, "b"), "utf8")).toBe(big);
      const taken = await transferBetween(client, "b", ours.client, "c", { passive });
      expect(taken).toMatchObject({ passive, tls: how, bytes: big.length });
      expect(await readFile(ours.storage, "/c")).toBe(big);
      // Each still moves files to and from here.
      for (const one of [client, ours.client]) {
        await one.upload(new TextEncoder().encode("after"), "after");
        expect(Buffer.from(await one.downloadBytes("after")).toString()).toBe("after");
      }
    });

    it("goes on where a broken transfer ended", async () => {
      await putFile(ours.storage, "/a", big);
      await client.upload(new TextEncoder().encode(big.slice(0, 5_000)), "half");
      const { offset } = await transferBetween(ours.client, "a", client, "half", { resume: true });
      expect(offset).toBe(5_000);
      expect(await readLocal(join(peer.home, "half"), "utf8")).toBe(big);
    });

    it("leaves a file alone when there is nothing to send", async () => {
      await client.upload(new TextEncoder().encode("precious"), "precious");
      await expect(transferBetween(ours.client, "none", client, "precious")).rejects.toMatchObject({ code: 550 });
      expect(await readLocal(join(peer.home, "precious"), "utf8")).toBe("precious");
      await putFile(ours.storage, "/precious", "precious");
      await expect(transferBetween(client, "none", ours.client, "precious")).rejects.toMatchObject({ code: 550 });
      expect(await readFile(ours.storage, "/precious")).toBe("precious");
    });

    it.each(ends)("is aborted while the %s server listens, and all go on", async (passive) => {
      await putFile(ours.storage, "/huge", new Uint8Array(128 * 1024 * 1024));
      const abort = new AbortController();
      ours.server.once("download-start", () => abort.abort());
      await expect(
        transferBetween(ours.client, "huge", client, "b", { passive, signal: abort.signal }),
      ).rejects.toMatchObject({ kind: "aborted" });
      for (const one of [client, ours.client]) {
        if (!one.closed) expect(await one.pwd()).toBe("/");
      }
      expect(ours.client.closed).toBe(false);
    });
  },
);

describe("lftp", () => {
  describe.each([
    ["in clear", false],
    ["under TLS", true],
  ] as const)("%s", (_, tls) => {
    it.each([true, false])("has one of our servers send to the other (the source listens: %s)", async (source) => {
      // lftp asks for features before it logs in: no account is known by then.
      const how = { tls, server: { allowForeignData: true } };
      const [from, to] = [await startOurs(hosts[0], how), await startOurs(hosts[1], how)];
      await putFile(from.storage, "/a", big);
      const [here, there] = [from, to].map(({ server }) => {
        const [address] = server.addresses;
        return `ftp://me:x@${address?.address ?? ""}:${address?.port ?? 0}`;
      });
      const settings = {
        "net:max-retries": 1,
        "ftp:use-fxp": "yes",
        "ftp:fxp-force": "yes",
        "ftp:fxp-passive-source": String(source),
        "ftp:fxp-passive-sscn": "no",
        "ftp:ssl-allow": tls ? "yes" : "no",
        "ftp:ssl-force": tls ? "yes" : "no",
        "ftp:ssl-protect-data": "yes",
        "ftp:ssl-protect-fxp": "yes",
        "ssl:verify-certificate": "no",
      };
      const script = Object.entries(settings).map(([key, value]) => `set ${key} ${value}`);
      const { stderr } = await run("lftp", ["-d", "-e", `${script.join("; ")}; get ${here}/a -o ${there}/b; bye`]);
      expect(await readFile(to.storage, "/b")).toBe(big);
      expect(stderr).toMatch(/---> PORT 127,0,0,[23]/);
      if (tls) expect(stderr).toMatch(/---> (?:SSCN ON|CPSV)/);
    });
  });
});
