// The command line in a few files, packages/twinport/dist: a process that loads some four hundred modules one by one takes
// half a second to begin. What a command needs beyond the first file is loaded when it runs. Other packages stay outside.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./bootstrap.js";

const folder = join(root, "packages/twinport");
const target = join(folder, "dist");
const bundle = await rolldown({
  input: { main: join(folder, "src/main.ts"), "quick-start": join(folder, "src/quick-start.ts") },
  platform: "node",
  // Straight from the sources of the library, so that what is not used stays out.
  resolve: { conditionNames: ["@twinport/source", "node", "import", "default"] },
  // Names of packages, but for the library.
  external: (name) => /^[a-z@]/.test(name) && !name.startsWith("@twinport/"),
});
rmSync(target, { recursive: true, force: true });
// Flat: what is read beside the package's own files is found from each of them.
await bundle.write({ dir: target, format: "es", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" });
await bundle.close();
