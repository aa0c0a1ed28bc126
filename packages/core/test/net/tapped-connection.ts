/** What a server sends on a connection, as it travels: for what TLS says to TLS, which no TLS socket tells. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A port whose connection goes to a server, and is listened to. */
export interface TappedPort {
  readonly port: number;
  /** All that the server sent until it ended the connection. */
  readonly fromServer: Promise<Buffer>;
}

/** Serves one connection by `serve`, behind a port that keeps what goes through. */
export async function bytesThrough(serve: (accepted: Socket) => Promise<void>): Promise<TappedPort> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => void serve(socket));
  const behind = await listen(server);
  const tap = createServer({ allowHalfOpen: true });
  const fromServer = new Promise<Buffer>((resolve, reject) => {
    tap.once("connection", (client: Socket) => {
      const onwards = connect({ port: behind, host: "127.0.0.1", allowHalfOpen: true });
      const chunks: Buffer[] = [];
      onwards.on("data", (chunk: Buffer) => chunks.push(chunk));
      onwards.on("end", () => resolve(Buffer.concat(chunks)));
      for (const socket of [client, onwards]) {
        socket.on("error", reject);
        onTestFinished(() => void socket.destroy());
      }
      client.pipe(onwards).pipe(client);
    });
  });
  return { port: await listen(tap), fromServer };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The TLS records in what was sent (RFC 8446 §5.1). */
export function recordsOf(sent: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < sent.length;) {
    const next = at + 5 + sent.readUInt16BE(at + 3);
    records.push(sent.subarray(at, next));
    at = next;
  }
  return records;
}

/** Whether a record is an alert: up to TLS 1.2 its type says so, in TLS 1.3 its length (two bytes, a type, a tag). */
export function isAlert(record: Buffer | undefined): boolean {
  return record !== undefined && (record[0] === 21 || (record[0] === 23 && record.length === 5 + 2 + 1 + 16));
}
