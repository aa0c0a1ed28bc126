/** The examples do what they say. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { FtpServer } from "../../packages/core/src/ftp-server/index.ts";
import { runExampleClient } from "../../examples/client.ts";
import { startExampleServer } from "../../examples/server.ts";
import { makeDeviceStorage } from "../../examples/storage.ts";

describe("the examples", () => {
  it("serve, upload, list and read back", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    const server = await startExampleServer(0);
    onTestFinished(() => server.stop());
    const port = server.addresses[0]?.port ?? 0;
    const url = `ftp://ann:${encodeURIComponent("secret of ann")}@127.0.0.1:${port}/`;
    expect(await runExampleClient(url)).toBe("all is well\n");
    await expect
      .poll(() => log.mock.calls.map((call) => call.join(" ")))
      .toEqual(["ann uploaded /reports/today.txt: 12 octets", "today.txt 12", "ann left: quit"]);
  });

  it("serve a storage of one's own", async () => {
    const storage = await makeDeviceStorage(["switch-1"]);
    const server = new FtpServer({
      accounts: { login: () => ({ name: "boot", storage }) },
      listeners: [{ host: "127.0.0.1", port: 0 }],
    });
    await server.start();
    onTestFinished(() => server.stop());
    const client = await FtpClient.connect({ host: "127.0.0.1", port: server.addresses[0]?.port ?? 0 });
    onTestFinished(() => client.close());
    expect(Buffer.from(await client.downloadBytes("switch-1.cfg")).toString()).toBe("hostname switch-1\n");
    await expect(client.remove("switch-1.cfg")).rejects.toMatchObject({ code: 550 });
  });
});
