/**
 * The parts of Node that are in no documentation and that this library leans on. What fails here is not broken: it goes the
 * slower way that `without-inner-parts.test.ts` tries. But somebody should look at what this version of Node changed.
 */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { BufferPool, Certificates, DataConnection, pumpFromSocket, TlsServerSession } from "../../src/net/index.ts";
import { readIntoOwnMemory } from "../../src/net/own-memory.ts";
import { makeAuthority } from "../support/certificates.ts";
import { bytesThrough, isAlert, recordsOf } from "./tapped-connection.ts";
import { pair } from "./socket-pair.ts";

const buffers = new BufferPool({ size: 64 * 1024 });
const authority = await makeAuthority();
const certificate = await authority.issue(["localhost"]);

/** Sends pieces so that the other end's stream holds each as a chunk of its own. */
async function sendApart(from: Socket, to: Socket, pieces: readonly string[]): Promise<void> {
  let length = to.readableLength;
  for (const piece of pieces) {
    from.write(piece);
    length += piece.length;
    await expect.poll(() => to.readableLength, { interval: 1 }).toBe(length);
  }
}

describe("memory of our own", () => {
  it.each(["accepted", "dialled"] as const)("takes what a connection brings that was %s", async (how) => {
    const [dialled, accepted] = await pair();
    const [ours, theirs] = how === "accepted" ? [accepted, dialled] : [dialled, accepted];
    const connection = new DataConnection(ours);
    const memory = new Uint8Array(4096);
    const parts: string[] = [];
    const early = readIntoOwnMemory(connection, memory, (chunk) => {
      expect(chunk.buffer).toBe(memory.buffer);
      parts.push(Buffer.from(chunk).toString());
    });
    onTestFinished(() => void connection.socket.destroy());
    expect(early).toHaveLength(0);
    expect(connection.socket).not.toBe(ours);
    theirs.end("all of it");
    connection.socket.resume();
    await once(connection.socket, "end");
    expect(parts.join("")).toBe("all of it");
  });

  it.each([1, 2, 3, 40])("loses nothing of what came in %d packets before", async (count) => {
    const [ours, theirs] = await pair();
    const pieces = Array.from({ length: count }, (_, index) => `piece ${index};`);
    ours.read(0);
    await sendApart(theirs, ours, pieces);
    let content = "";
    const take = (from: Uint8Array): void => void (content += Buffer.from(from).toString());
    const sink = {
      write: async (from: Uint8Array) => take(from),
      writeNow: (from: Uint8Array) => (take(from), true),
      commit: async () => undefined,
      abandon: async () => undefined,
    };
    const connection = new DataConnection(ours);
    onTestFinished(() => void connection.socket.destroy());
    const pumped = pumpFromSocket(connection, sink, { buffers, stallTimeout: 5_000 });
    expect(connection.socket, "the second socket").not.toBe(ours);
    theirs.end("the end");
    const whole = `${pieces.join("")}the end`;
    expect(await pumped).toBe(whole.length);
    expect(content).toBe(whole);
  });
});

it.skipIf(process.platform === "win32")("a socket tells its descriptor", async () => {
  for (const socket of await pair()) {
    expect(socket).toHaveProperty("_handle.fd", expect.any(Number));
    expect((socket as Socket & { readonly _handle: { readonly fd: number } })._handle.fd).toBeGreaterThan(2);
  }
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (version) => {
  it("resumes a session time and again, and renews its ticket where it is asked to, and then only", async () => {
    const session = serverSession();
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    onTestFinished(() => void server.close());
    let renews = true;
    server.on("connection", (socket) => {
      void session.secure(socket, renews).then((secure) => secure.end("hello"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    let ticket: Buffer | undefined;
    for (const round of ["first", "renewed", "renewed", "not renewed"]) {
      renews = round !== "not renewed";
      const { port } = server.address() as AddressInfo;
      const socket = connectTls({
        port,
        host: "127.0.0.1",
        ca: authority.cert,
        servername: "localhost",
        minVersion: version,
        maxVersion: version,
        ...(ticket === undefined ? {} : { session: ticket }),
      });
      let fresh: Buffer | undefined;
      socket.on("session", (given: Buffer) => (fresh = given));
      socket.resume();
      await once(socket, "end");
      expect(socket.isSessionReused(), round).toBe(round !== "first");
      socket.destroy();
      // In TLS 1.2 clients use a ticket again and again, and Node says nothing of a new one.
      if (version === "TLSv1.3") expect(fresh !== undefined, round).toBe(renews);
      ticket = fresh ?? ticket;
    }
  });

  it("sends its closing alert before the connection's end, right after a handshake too", async () => {
    const tapped = await bytesThrough(async (accepted) => {
      const secure = await serverSession().secure(accepted);
      secure.end();
      secure.resume();
    });
    const socket = connectTls({
      port: tapped.port,
      host: "127.0.0.1",
      ca: authority.cert,
      servername: "localhost",
      minVersion: version,
      maxVersion: version,
    });
    socket.resume();
    await once(socket, "end");
    socket.destroy();
    const records = recordsOf(await tapped.fromServer);
    expect(isAlert(records.at(-1))).toBe(true);
  });
});

function serverSession(): TlsServerSession {
  return new TlsServerSession(
    {
      certificates: new Certificates([certificate], (_doing, cause) => expect.fail(String(cause))),
      minVersion: "TLSv1.2",
      ciphers: undefined,
      clientAuthorities: undefined,
      handshakeTimeout: 10_000,
    },
    undefined,
  );
}
