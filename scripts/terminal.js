// A program in a terminal of 80 columns and 24 lines, by tmux: keys go in, screens come out.
import { spawnSync } from "node:child_process";

/** Milliseconds that a screen is waited for. */
const patience = 30_000;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Starts a program.
 *
 * @param command - As a shell is told it; its exit code is shown when it ends.
 */
export function startTerminal(command, { cwd, env = {} }) {
  const socket = `twinport-${process.pid}`;
  const tmux = (...args) => {
    const { status, stdout, stderr } = spawnSync("tmux", ["-L", socket, "-f", "/dev/null", ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8", TERM: "screen", ...env },
    });
    if (status !== 0) throw new Error(`tmux ${args.join(" ")} ended with ${status}: ${stderr}`);
    return stdout;
  };
  // Ctrl-C is for the program, not for the shell that tells how it ended.
  const told = `trap : INT; ${command}; echo "ended with $?"; sleep 600`;
  tmux("new-session", "-d", "-x", "80", "-y", "24", "-s", "day", told);
  const screen = () => tmux("capture-pane", "-p", "-t", "day").trimEnd();
  return {
    screen,
    /** Presses keys by tmux's names, as Enter, Tab, C-c. */
    press: (...keys) => tmux("send-keys", "-t", "day", ...keys),
    /** Types text as it is. */
    type: (text) => tmux("send-keys", "-t", "day", "-l", "--", text),
    /** Waits until the screen fits. Gives it. */
    until: async (fits) => {
      const deadline = Date.now() + patience;
      for (;;) {
        const text = screen();
        if (fits instanceof RegExp ? fits.test(text) : text.includes(fits)) return text;
        if (Date.now() > deadline) throw new Error(`This never came: ${fits}. The screen:\n${text}`);
        await pause(50);
      }
    },
    /** An empty screen, without what was on it. */
    clear: () => {
      tmux("send-keys", "-t", "day", "-R");
      tmux("clear-history", "-t", "day");
    },
    stop: () => void spawnSync("tmux", ["-L", socket, "kill-server"]),
  };
}
