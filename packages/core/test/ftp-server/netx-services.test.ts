/** A NetX Duo client on our server: whatever is refused or empty in a sequence of services, each has its own answer. */
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly } from "../../src/accounts/index.ts";
import { MemoryStorage, resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { NetxServices, type DataWay, type Outcome } from "./netx-services.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

const content = Buffer.alloc(1_000, "content");

async function start(
  way: DataWay,
  family: 4 | 6,
  account: Parameters<typeof startServer>[0] = {},
): Promise<{ client: NetxServices; storage: MemoryStorage }> {
  const storage = new MemoryStorage();
  await putFile(storage, "/file", content);
  for (const path of ["/empty", "/full"]) await storage.makeDirectory(resolveVirtualPath(rootPath, path));
  await putFile(storage, "/full/a", "a");
  const host = family === 4 ? "127.0.0.1" : "::1";
  const { port, server } = await startServer({ replies: "netx", storage, listeners: [{ host, port: 0 }], ...account });
  const client = await NetxServices.connect(port, host, way);
  onTestFinished(() => expect(server.passivePortsArmed).toBe(0));
  return { client, storage };
}

/** A service, and what it must report. */
interface Service {
  readonly title: string;
  run(client: NetxServices): Promise<Outcome>;
  readonly status: Outcome["status"];
  readonly data?: string;
}

const works: readonly Service[] = [
  { title: "read", run: (client) => client.read("file"), status: "success", data: content.toString() },
  { title: "write", run: (client) => client.write("new", content), status: "success" },
  { title: "names", run: (client) => client.names("full"), status: "success", data: "full/a\r\n" },
  { title: "enter", run: (client) => client.simple("CWD", "/"), status: "success" },
];

/** What is refused, or has nothing to send. */
const odd: readonly Service[] = [
  { title: "read of nothing", run: (client) => client.read("missing"), status: "refused" },
  { title: "read of a directory", run: (client) => client.read("full"), status: "refused" },
  { title: "write into nowhere", run: (client) => client.write("missing/x", content), status: "refused" },
  { title: "write over a directory", run: (client) => client.write("full", content), status: "refused" },
  { title: "names of nothing", run: (client) => client.names("missing"), status: "refused" },
  { title: "names of no match", run: (client) => client.names("*.none"), status: "refused" },
  {
    title: "names of an empty directory",
    run: (client) => client.names("empty"),
    status: "success",
    data: ".\r\n..\r\n",
  },
  { title: "delete of nothing", run: (client) => client.simple("DELE", "missing"), status: "refused" },
  { title: "make of what is there", run: (client) => client.simple("MKD", "full"), status: "refused" },
  { title: "rename of nothing", run: (client) => client.rename("missing", "x"), status: "refused" },
];

const ways = (["active", "passive"] as const).flatMap((way) =>
  ([4, 6] as const).map((family) => [way, family] as const),
);

describe.each(ways)("a NetX Duo client, %s over IPv%i,", (way, family) => {
  it.each(["stream", "block"] as const)("has its own answer to each of twenty services, in %s mode", async (mode) => {
    const { client } = await start(way, family);
    client.mode = mode;
    for (let place = 0; place < 20; place++) {
      const services = place % 2 === 0 ? odd : works;
      const service = services[Math.floor(place / 2) % services.length];
      if (service === undefined) continue;
      const outcome = await service.run(client);
      expect({ place, title: service.title, status: outcome.status }).toEqual({
        place,
        title: service.title,
        status: service.status,
      });
      if (service.data !== undefined) expect("data" in outcome && outcome.data.toString()).toBe(service.data);
    }
    expect(client.unread).toEqual([]);
  });

  it("goes from blocks to the stream without a MODE S, after whatever came of the blocks", async () => {
    const { client, storage } = await start(way, family);
    for (const service of [...works.slice(0, 3), ...odd.slice(0, 7)]) {
      client.mode = "block";
      await service.run(client);
      client.mode = "stream";
      const outcome = await client.read("file");
      expect([service.title, "data" in outcome && outcome.data.length]).toEqual([service.title, content.length]);
      expect(await client.write("stream", content)).toMatchObject({ status: "success" });
      expect(await readFile(storage, "/stream")).toBe(content.toString());
    }
  });

  it("has its own answers where the account may do nothing but read", async () => {
    const { client } = await start(way, family, { account: { permissions: { ...readOnly, list: false } } });
    expect((await client.write("new", content)).status).toBe("refused");
    expect((await client.names("full")).status).toBe("refused");
    expect((await client.read("file")).status).toBe("success");
    expect((await client.simple("MKD", "x")).status).toBe("refused");
    expect(client.unread).toEqual([]);
  });
});

it("does without that in the standard replies: a refusal is told without a connection (RFC 959 §5.4)", async () => {
  const { client } = await start("active", 4, { replies: "standard" });
  expect((await client.read("missing")).status).toBe("timeout");
  expect(client.unread).toEqual([expect.stringMatching(/^550 /)]);
});
