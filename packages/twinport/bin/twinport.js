#!/usr/bin/env node
// The committed entry point: npm links a workspace's bin only where the file exists at install time.
import { existsSync } from "node:fs";

const built = new URL("../dist/main.js", import.meta.url);
if (!existsSync(built)) {
  process.stderr.write("twinport is not built yet: run `npm ci && npm run build` in the project's folder first.\n");
  process.exitCode = 70;
} else {
  const { main } = await import(built.href);
  await main();
}
