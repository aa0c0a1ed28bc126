/** Real clients and names on the disk that are no UTF-8: listed, fetched, stored and deleted by their octets. */
import fs from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, run, startOurServer, type Running } from "./processes.ts";

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let server: Running & { readonly port: number };

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  server = await startOurServer(served.path);
});

afterAll(async () => {
  await server.stop();
  await served.remove();
  await local.remove();
});

/** In Latin-1 and in EUC-KR. */
const names = ["caf\xe9.txt", "r\xe4ksm\xf6rg\xe5s", "\xb0\xa1\xb3\xaa"];
const octets = (folder: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);
const namesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, "buffer")
    .map((name) => name.toString("latin1"))
    .filter((name) => !name.startsWith(".twinport-"))
    .sort();
const quoted = (name: string): string =>
  [...Buffer.from(name, "latin1")].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");
const url = (path = ""): string => `ftp://me:secret@127.0.0.1:${server.port}/${path}`;

describe("names that are no UTF-8", () => {
  it("are fetched, stored, renamed and deleted by curl", async () => {
    for (const name of names) {
      fs.writeFileSync(octets(served.path, name), name);
      const here = join(local.path, "fetched");
      await run("curl", ["-sS", "-o", here, url(quoted(name))]);
      expect(fs.readFileSync(here, "utf8")).toBe(name);
      await run("curl", ["-sS", "-T", here, url(`2${quoted(name)}`)]);
      expect(namesIn(served.path)).toEqual([name, `2${name}`].sort());
      for (const one of [name, `2${name}`]) {
        // curl passes the words of -Q on as they stand; an argument of a process here is UTF-8, so a file holds them.
        const config = octets(local.path, "curlrc");
        fs.writeFileSync(config, Buffer.from(`quote = "DELE ${one}"\n`, "latin1"));
        await run("curl", ["-sS", "-K", config.toString(), "-o", "/dev/null", url()]);
      }
      expect(namesIn(served.path)).toEqual([]);
    }
  });

  it("are mirrored both ways and deleted by lftp", async () => {
    const back = join(local.path, "back");
    fs.mkdirSync(octets(served.path, "m\xe5pp"));
    for (const name of names) fs.writeFileSync(octets(served.path, `m\xe5pp/${name}`), name);
    // Where a server tells UTF8, lftp 4.9.2 sends a question mark for each octet that is none, unless told not to look.
    const lftp = (script: string): Promise<unknown> =>
      run("lftp", ["-c", `set net:max-retries 1; set cache:enable no; set ftp:use-feat no; open ${url()}; ${script}`]);
    await lftp(`mirror / ${back}`);
    expect(namesIn(back)).toEqual(["m\xe5pp"]);
    const inside = octets(back, "m\xe5pp");
    expect(
      fs
        .readdirSync(inside, "buffer")
        .map((name) => name.toString("latin1"))
        .sort(),
    ).toEqual([...names].sort());
    await lftp(`mirror -R ${back} /copy; glob -d rm -r m*; rm -r copy`);
    expect(namesIn(served.path)).toEqual([]);
  });
});
