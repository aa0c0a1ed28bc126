// Commands, logins, and sessions that do nothing.
import { FtpLoad } from "../load/ftp-load.js";
import { usageOf } from "../servers/usage.js";
import { observe, rate } from "./row.js";

/** Milliseconds after which a server's memory has settled, of its start and of new sessions. */
const settling = 1_000;
const settle = () => new Promise((resolve) => setTimeout(resolve, settling));

/** @returns {import("./row.js").Work} */
function repeating(name, countOf, isOpen) {
  return {
    rows: [{ name, unit: "/s", better: "more", per: "1000" }],
    run: async (server, sizes) => {
      const load = await FtpLoad.open(server, { isOpen });
      try {
        return { [name]: rate(await observe(server, () => load.run({ name, count: countOf(sizes) }))) };
      } finally {
        await load.close();
      }
    },
  };
}

/** What a server's memory grows by for each session that is logged in; each must answer after that. @type {import("./row.js").Work} */
const idleMemory = {
  rows: [{ name: "idle-memory", unit: "KiB a session", better: "less" }],
  isFresh: true,
  run: async (server, { idleSessions: sessions }) => {
    await settle();
    const before = usageOf(server.pid);
    const load = await FtpLoad.open(server, { sessions });
    try {
      await settle();
      const after = usageOf(server.pid);
      await load.run({ name: "noop", count: sessions });
      if (before.memory === undefined || after.memory === undefined) {
        throw new Error("this system does not tell what memory a process has");
      }
      const value = (after.memory - before.memory) / 1024 / sessions;
      return { "idle-memory": { value, memory: after.memory } };
    } finally {
      await load.close();
    }
  },
};

export const sessionWorks = [
  repeating("noop", ({ commands }) => commands, true),
  repeating("login", ({ logins }) => logins, false),
];

export { idleMemory };
