// node clients-together.js URL BLOCKSIZE COUNT: gets a file together with others by multicast, COUNT times at once, the second
// as soon as the first one goes on. Says how each ended: a line of JSON.
import { createHash } from "node:crypto";
import { get } from "@twinport/core/tftp";

const [url = "", blockSize = "", count = ""] = process.argv.slice(2);

async function ask(onProgress) {
  const { data, agreement, counts } = await get(url, { multicast: true, blockSize: Number(blockSize), onProgress });
  const digest = createHash("sha256").update(data).digest("hex");
  return { digest, group: agreement.multicast, acknowledged: counts.packetsOut };
}

// Clients that come at the same instant each get a group of their own from atftpd; who comes later joins.
let first;
await new Promise((resolve, reject) => {
  first = ask(resolve);
  first.catch(reject);
});
const others = Array.from({ length: Number(count) - 1 }, () => ask());
for (const ended of await Promise.all([first, ...others])) process.stdout.write(`${JSON.stringify(ended)}\n`);
