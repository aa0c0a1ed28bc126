/** As test/interop/mirror.test.ts, with trees of 5,000 files in 500 folders for every server. */
import { afterAll, describe, it } from "vitest";
import { mirrorBothWays, ours, plainPeer, securePeer } from "../interop/mirror-servers.ts";
import { anySecurePeerNames, peerNames, removeUser } from "../interop/peer-servers.ts";

const cases = [
  ...peerNames.map((name) => ({ name, start: () => plainPeer(name) })),
  ...anySecurePeerNames.map((name) => ({ name: `${name} with TLS`, start: () => securePeer(name) })),
  { name: "our server", start: () => ours(false) },
  { name: "our server with TLS", start: () => ours(true) },
];

afterAll(removeUser);

describe.each(cases)("$name", ({ name, start }) => {
  it("takes and gives a tree of 5,000 files in 500 folders, and then only what changes", async () => {
    const end = await start();
    try {
      // Without a command that sets a time, contents of one size are not told apart.
      await mirrorBothWays(end, { files: 5_000, folders: 500, keepsTimes: name !== "inetutils" });
    } finally {
      await end.stop();
    }
  });
});
