/** Paths of servers, which have `/` whatever this machine has. */

/** A name in a folder; the empty folder is the working directory. */
export function joinRemote(folder: string, name: string): string {
  if (folder === "" || folder === ".") return name;
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

/** The last component. */
export function baseName(path: string): string {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** What is before the last component; empty where there is nothing. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : slash === 0 ? "/" : path.slice(0, slash);
}

/** A path without `.` and `..`, from a folder that begins with `/`. */
export function resolveRemote(folder: string, path: string): string {
  const out: string[] = [];
  for (const component of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (component === "..") out.pop();
    else if (component !== "" && component !== ".") out.push(component);
  }
  return `/${out.join("/")}`;
}
