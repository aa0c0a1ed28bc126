/** A program in a terminal of 80 columns and 24 lines. */
export interface Terminal {
  /** What is on the screen, without empty lines at its end. */
  screen(): string;
  /** Presses keys by tmux's names, as Enter, Tab, C-c. */
  press(...keys: readonly string[]): void;
  /** Types text as it is. */
  type(text: string): void;
  /** Waits until the screen fits. @throws Error with the screen when it never does. */
  until(fits: RegExp | string): Promise<string>;
  /** An empty screen, without what was on it. */
  clear(): void;
  stop(): void;
}

export function startTerminal(
  command: string,
  place: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Terminal;
