import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { killDuringUploads } from "./killed-server.ts";

it("leaves no torn file when it is killed during 20 uploads, and no left-over once it runs again", async () => {
  const root = await mkdtemp(join(tmpdir(), "twinport-killed-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const { kills, torn, lost, leftOver } = await killDuringUploads(root, 20);
  expect({ kills, torn, lost, leftOver }).toEqual({ kills: 4, torn: [], lost: [], leftOver: [] });
}, 120_000);
