/** A storage of one's own: files that are made when they are read. Wrappers and memory do the rest. */
import { MemoryStorage, readOnlyStorage, resolveVirtualPath, rootPath, type Storage } from "@twinport/core/storage";

/** A read-only storage with a configuration for each device. */
export async function makeDeviceStorage(devices: readonly string[]): Promise<Storage> {
  const files = new MemoryStorage();
  for (const device of devices) {
    const file = await files.openWrite(resolveVirtualPath(rootPath, `/${device}.cfg`));
    await file.write(new TextEncoder().encode(`hostname ${device}\n`));
    await file.commit();
  }
  return readOnlyStorage(files);
}
