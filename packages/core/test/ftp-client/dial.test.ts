/** Connections that the application dials: here straight, by a name that only the test can resolve. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, type DialTarget, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { startServer } from "../ftp-server/server-fixture.ts";
import { makeAuthority } from "../support/certificates.ts";
import { passive, startScripted } from "./scripted-server.ts";

const name = "ftp.example.org";

interface Dialler {
  readonly targets: DialTarget[];
  readonly sockets: Socket[];
  readonly dial: (target: DialTarget) => Promise<Socket>;
}

/** Dials loopback, whatever name is asked for; half-open connections are for the client to ask for. */
function makeDialler(): Dialler {
  const targets: DialTarget[] = [];
  const sockets: Socket[] = [];
  return {
    targets,
    sockets,
    dial: async (target) => {
      targets.push(target);
      const socket = connect(target.port, "127.0.0.1");
      sockets.push(socket);
      await once(socket, "connect");
      return socket;
    },
  };
}

async function open(port: number, options: FtpClientOptions): Promise<FtpClient> {
  const client = await FtpClient.connect({ host: name, port, user: "me", password: "secret", ...options });
  onTestFinished(() => client.destroy());
  return client;
}

describe("a client with dial", () => {
  it.each(["auto", "epsv", "pasv"] as const)("makes every connection by it, unresolved (%s)", async (dataMode) => {
    const { port } = await startServer();
    const { dial, targets } = makeDialler();
    const client = await open(port, { dial, dataMode, connectTimeout: 4_000, dataConnectionTimeout: 3_000 });
    const warnings: string[] = [];
    client.on("warning", ({ message }) => warnings.push(message));
    const bytes = Buffer.alloc(500_000, "dialled ");
    await client.upload(bytes, "file");
    expect(bytes.equals(await client.downloadBytes("file"))).toBe(true);
    expect(await client.list()).toHaveLength(1);
    await client.close();
    expect(targets.map(({ purpose }) => purpose)).toEqual(["control", "data", "data", "data"]);
    expect(new Set(targets.map(({ host }) => host))).toEqual(new Set([name]));
    expect(targets[0]).toMatchObject({ port, timeout: 4_000 });
    expect(targets[1]?.timeout).toBe(3_000);
    // The address in 227 cannot be compared with a name that nobody here resolves.
    expect(warnings).toEqual([]);
  });

  it("goes to the address that 227 names only when it trusts it", async () => {
    const { port } = await startServer();
    const { dial, targets } = makeDialler();
    const client = await open(port, { dial, dataMode: "pasv", foreignDataAddresses: "trust" });
    await client.list();
    expect(targets.map(({ host }) => host)).toEqual([name, "127.0.0.1"]);
  });

  it.each(["explicit", "implicit"] as const)("checks the server's name under TLS (%s)", async (mode) => {
    const authority = await makeAuthority();
    const tls = { certificates: [await authority.issue([name])] };
    const { port } = await startServer({ tls, listeners: [{ host: "127.0.0.1", port: 0, tls: mode }] });
    const { dial } = makeDialler();
    const client = await open(port, { dial, tls: { mode, authorities: [authority.cert] } });
    expect(client.secure).toBe(true);
    const bytes = Buffer.alloc(300_000, "sealed ");
    await client.upload(bytes, "file");
    expect(bytes.equals(await client.downloadBytes("file"))).toBe(true);
    const other = open(port, { host: "other.example.org", dial, tls: { mode, authorities: [authority.cert] } });
    await expect(other).rejects.toMatchObject({ name: "FtpTlsError", kind: "unverified" });
  });

  it("reads what was put back into the socket", async () => {
    const { port } = await startScripted(() => undefined, "");
    const dial = async (target: DialTarget): Promise<Socket> => {
      const socket = await makeDialler().dial(target);
      socket.pause();
      socket.unshift(Buffer.from("220 Came with the proxy's answer\r\n"));
      return socket;
    };
    expect((await open(port, { dial })).greeting).toBe("Came with the proxy's answer");
  });

  it("keeps data that comes before it is read", async () => {
    const { port } = await startScripted((verb, _argument, session) => {
      if (verb === "EPSV") return passive(session, (data) => data.end("early"));
      return verb === "RETR" ? "150 Here\r\n226 Done\r\n" : undefined;
    });
    const dialler = makeDialler();
    const dial = async (target: DialTarget): Promise<Socket> => {
      const socket = await dialler.dial(target);
      socket.resume();
      return socket;
    };
    const client = await open(port, { dial, checkSize: false });
    expect(Buffer.from(await client.downloadBytes("file")).toString()).toBe("early");
  });

  it("tells why it could not connect", async () => {
    const refusal = Object.assign(new Error("the proxy is asleep"), { code: "ECONNREFUSED" });
    const error: unknown = await open(21, { dial: () => Promise.reject(refusal) }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "FtpConnectionError", cause: refusal });
    expect(String(error)).toContain(`Connecting to ${name} port 21: the proxy is asleep`);
    const thrown = open(21, {
      dial: () => {
        throw new Error("thrown at once");
      },
    });
    await expect(thrown).rejects.toThrow("thrown at once");
  });

  it("does not wait for a dial that does not look at its time, and closes what comes late", async () => {
    const { port } = await startServer();
    const dialler = makeDialler();
    let signal: AbortSignal | undefined;
    let late = Promise.resolve();
    const dial = (target: DialTarget): Promise<Socket> => {
      signal = target.signal;
      const socket = new Promise<Socket>((resolve) => setTimeout(() => resolve(dialler.dial(target)), 100));
      late = socket.then(() => new Promise((resolve) => setImmediate(resolve)));
      return socket;
    };
    const options = { dial, connectTimeout: 20 };
    await expect(open(port, options)).rejects.toMatchObject({ name: "FtpTimeoutError", phase: "connect" });
    expect(signal?.aborted).toBe(true);
    await late;
    expect(dialler.sockets[0]?.destroyed).toBe(true);
  });

  it("is aborted by the signal", async () => {
    const abort = new AbortController();
    const dial = (): Promise<Socket> => {
      abort.abort(new Error("enough"));
      return new Promise(() => undefined);
    };
    await expect(open(21, { dial, signal: abort.signal })).rejects.toThrow("enough");
    await expect(open(21, { dial, signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });

  it("refuses active mode and a family", async () => {
    const { dial, targets } = makeDialler();
    await expect(open(21, { dial, dataMode: "active" })).rejects.toThrow(RangeError);
    await expect(open(21, { dial, family: 4 })).rejects.toThrow(RangeError);
    expect(targets).toEqual([]);
  });
});
