/** What the bench started ends with it, and is counted while it runs. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Endings } from "../../bench/endings.js";
import { processTree, usageOf, watchChildren } from "../../bench/servers/usage.js";

const bench = (name: string): string =>
  JSON.stringify(pathToFileURL(resolve(import.meta.dirname, "../../bench", name)).href);

describe("endings", () => {
  it("undo in the opposite order, each once, and one that was undone before not again", () => {
    const done: string[] = [];
    const endings = new Endings();
    for (const name of ["folder", "account"]) endings.add(() => done.push(name));
    const stop = endings.add(() => done.push("server"));
    stop();
    stop();
    expect(done).toEqual(["server"]);
    endings.run();
    endings.run();
    expect(done).toEqual(["server", "account", "folder"]);
  });
});

/** A run that starts a shell, with a child of the shell's, tells of them, and goes on. */
const program = `
  import { Endings } from ${bench("endings.js")};
  import { startProgram } from ${bench("servers/processes.js")};
  const endings = new Endings();
  endings.watchProcess();
  const running = startProgram(endings, "sh", ["-c", "trap '' HUP; sleep 600 & wait"]);
  process.stdout.write(running.pid + "\\n");
  setInterval(() => undefined, 1000);
  if (process.argv[1] === "throw") setTimeout(() => { throw new Error("broken"); }, 200);
`;

describe.runIf(process.platform === "linux")("on Linux", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["throw", 1],
  ])("programs end with the run that started them: %s", async (how, expected) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, how], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const pid = Number(((await once(child.stdout, "data")) as [Buffer])[0].toString());
    await expect.poll(() => processTree(pid).length).toBe(2);
    const tree = processTree(pid);
    if (how !== "throw") child.kill(how as NodeJS.Signals);
    expect(await exited).toEqual([expected, null]);
    for (const each of tree) await expect.poll(() => processTree(each)).toEqual([]);
  });

  it("what a process and its ended children used is known", async () => {
    const before = usageOf(process.pid);
    expect(before.memory).toBeGreaterThan(1024 ** 2);
    spawnSync(process.execPath, ["-e", "const end = Date.now() + 300; while (Date.now() < end);"]);
    await expect.poll(() => (usageOf(process.pid).cpu ?? 0) - (before.cpu ?? 0)).toBeGreaterThan(0.05);
  });

  it("children whose time nobody keeps are watched", async () => {
    // The shell ignores the ends of its children, so that the system forgets what they used.
    const burn = "const used = () => process.cpuUsage(); while (used().user + used().system < 6e5);";
    const script = `trap '' CHLD; "$0" -e '${burn}'; exec sleep 600`;
    const child = spawn("sh", ["-c", script, process.execPath], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const { pid = 0 } = child;
    const end = watchChildren(pid);
    await expect.poll(() => processTree(pid).length, { timeout: 20_000 }).toBe(2);
    await expect.poll(() => processTree(pid).length, { timeout: 20_000 }).toBe(1);
    expect(end()).toBeGreaterThan(0.2);
  });

  it("nothing is known of a process that there is not", () => {
    expect(usageOf(2 ** 30)).toEqual({ cpu: undefined, memory: undefined });
  });
});
