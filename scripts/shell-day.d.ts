/** What a day came to. */
export interface ShellDay {
  /** By name. */
  readonly screens: Readonly<Record<string, string>>;
  /** Everything of the day. */
  readonly folder: string;
  readonly served: string;
  readonly here: string;
  remove(): void;
}

export function walkThroughDay(): Promise<ShellDay>;
export function withoutFigures(screen: string): string;
