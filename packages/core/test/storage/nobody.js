// Works on a directory by a storage of its own, as the user nobody: what `odd-disks.test.ts` starts as another process.
import { LocalStorage, resolveVirtualPath, rootPath } from "@twinport/core/storage";

const [root = "", steps = "[]"] = process.argv.slice(2);
process.setgroups([]);
process.setgid(65534);
process.setuid(65534);
const storage = new LocalStorage({ root });
const said = [];
for (const [mode, path, content, offset] of JSON.parse(steps)) {
  try {
    const how = mode === "put" ? {} : mode === "at" ? { mode, offset: Number(offset) } : { mode };
    const file = await storage.openWrite(resolveVirtualPath(rootPath, path), how);
    await file.write(Buffer.from(content));
    said.push(String((await file.commit()).size));
  } catch (error) {
    said.push(error.kind ?? String(error));
  }
}
await storage.close();
process.stdout.write(JSON.stringify(said));
