/** A server without descriptors left: those who are in go on, the others are told, and it recovers. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";

/** Descriptors that the server may have (to load its modules takes some hundreds), and connections that are more. */
const [limit, connections] = [512, 800];

it.skipIf(process.platform !== "linux")(
  "refuses new sessions with 421, lets those that are there move files, and takes new ones again",
  async () => {
    const root = await mkdtemp(join(tmpdir(), "twinport-descriptors-"));
    onTestFinished(() => rm(root, { recursive: true }));
    await writeFile(join(root, "down"), "content");
    const server = join(import.meta.dirname, "upload-server.js");
    const command = `ulimit -n ${limit} && exec "$0" "$@"`;
    const child = spawn("sh", ["-c", command, process.execPath, server, root], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];

    const options = { host: "127.0.0.1", port, user: ".", password: "x" };
    const inside = await FtpClient.connect(options);
    onTestFinished(() => inside.destroy());
    const crowd = await Promise.all(Array.from({ length: connections }, () => greeted(port)));
    onTestFinished(() => crowd.forEach(({ socket }) => socket.destroy()));
    const greetings = crowd.map(({ greeting }) => greeting.slice(0, 3));
    expect(new Set(greetings)).toEqual(new Set(["220", "421"]));

    await inside.upload(Buffer.from("more"), "up");
    expect(Buffer.from(await inside.downloadBytes("down")).toString()).toBe("content");
    expect(await readFile(join(root, "up"), "utf8")).toBe("more");

    for (const { socket } of crowd) socket.destroy();
    await expect
      .poll(() => greeted(port).then(({ greeting, socket }) => (socket.destroy(), greeting)), { timeout: 10_000 })
      .toMatch(/^220 /);
    await inside.close();
    child.send({ stop: true });
    await once(child, "exit");
  },
  60_000,
);

/** A connection, and the first that it was told. */
async function greeted(port: number): Promise<{ socket: Socket; greeting: string }> {
  const socket = connect({ port, host: "127.0.0.1" });
  const told = await new Promise<string>((resolve) => {
    socket.once("data", (chunk) => resolve(chunk.toString()));
    for (const event of ["error", "close"]) socket.on(event, () => resolve("nothing"));
  });
  return { socket, greeting: told };
}
