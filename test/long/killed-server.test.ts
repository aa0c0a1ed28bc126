import { expect, it } from "vitest";
import { killDuringUploads } from "../faults/killed-server.ts";
import { makeFolder } from "../interop/processes.ts";

it("leaves no torn file when the server is killed during 200 uploads, and no left-over once it runs again", async () => {
  const root = await makeFolder();
  try {
    const { kills, answered, ...outcome } = await killDuringUploads(root.path, 200);
    expect(outcome).toEqual({ uploads: 200, torn: [], lost: [], leftOver: [] });
    // Neither all nor none was over when the server died.
    expect([kills, answered > 0, answered < 200]).toEqual([40, true, true]);
  } finally {
    await root.remove();
  }
});
