// The client programs that are compared: ours, curl, lftp and ncftp, and what each is told for the same work.
import { join } from "node:path";
import { root } from "../../scripts/bootstrap.js";
import { ourName } from "../servers/ours.js";
import { findProgram } from "../servers/processes.js";
import { siteOf } from "./site.js";

/**
 * Where a program works: on the server of `url`, and below the folder `here`, which is this program's own.
 *
 * @typedef {{ url: URL, big: string, here: string }} Errand
 * @typedef {"client-get" | "client-put" | "client-mirror" | "client-mirror-again"} ClientRow
 * @typedef {{ name: string, commandFor: (row: ClientRow) => readonly string[], site: import("./site.js").Site, here: string, stop: () => void }} ClientProgram
 */

const ourCommand = [process.execPath, join(root, "packages/twinport/bin/twinport.js")];
/** The address with name and password, where there are any. @param {URL} url */
const base = (url) => url.href.replace(/\/?$/, "/");

/** @type {Record<string, (errand: Errand) => Partial<Record<ClientRow, readonly string[]>>>} */
const commands = {
  twinport: ({ url, big, here }) => {
    const mirror = (/** @type {string} */ name) => [
      ...[...ourCommand, "mirror", `${base(url)}${name}`, join(here, name), "--parallel", "4", "--progress", "none"],
    ];
    return {
      "client-get": [...ourCommand, "get", "-q", `${base(url)}big`, join(here, "back")],
      "client-put": [...ourCommand, "put", "-q", big, `${base(url)}up`],
      "client-mirror": mirror("small"),
      "client-mirror-again": mirror("many"),
    };
  },
  curl: ({ url, big, here }) => ({
    "client-get": ["curl", "-sS", "-o", join(here, "back"), `${base(url)}big`],
    "client-put": ["curl", "-sS", "-T", big, `${base(url)}up`],
  }),
  lftp: ({ url, big, here }) => {
    const site = base(url).slice(0, -url.pathname.replace(/\/?$/, "/").length);
    const script = (/** @type {string} */ what) => [
      ...["lftp", "-c", `set net:timeout 30; open ${site}; cd ${url.pathname}; ${what}`],
    ];
    return {
      "client-get": script(`get big -o ${join(here, "back")}`),
      "client-put": script(`put ${big} -o up`),
      "client-mirror": script(`mirror -P4 small ${join(here, "small")}`),
      "client-mirror-again": script(`mirror -P4 many ${join(here, "many")}`),
    };
  },
  ncftp: ({ url, big, here }) => {
    const login = url.username === "" ? [] : ["-u", url.username, "-p", url.password];
    const host = [...login, "-P", url.port || "21", url.hostname];
    const path = url.pathname.replace(/\/?$/, "/");
    return {
      "client-get": ["ncftpget", "-V", "-C", ...host, `${path}big`, join(here, "back")],
      "client-put": ["ncftpput", "-V", "-C", ...host, big, `${path}up`],
    };
  },
};

const files = { curl: "curl", lftp: "lftp", ncftp: "ncftpget" };
const noMirror = "it has no mirror";

/** @returns {import("../servers/kinds.js").ServerKind} */
function clientProgram(name) {
  const program = files[name];
  return {
    name,
    missing: () =>
      program === undefined || findProgram(program) !== undefined ? undefined : `${name} is not installed`,
    start: async (place) => {
      const site = await siteOf(place);
      const here = place.state(`client-${name}`);
      const known = commands[name]({ url: site.url, big: site.big, here });
      return {
        name,
        site,
        here,
        commandFor: (/** @type {ClientRow} */ row) => known[row] ?? [],
        stop: () => undefined,
      };
    },
    ...(name !== ourName &&
      name !== "lftp" && { refuses: { "client-mirror": noMirror, "client-mirror-again": noMirror } }),
  };
}

export const clientPrograms = [ourName, "curl", "lftp", "ncftp"].map(clientProgram);
