/** One measurement. */
export interface Figure {
  readonly value: number;
  readonly cpu?: number;
  readonly memory?: number;
}
/** A row. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly per?: "GB" | "1000";
}
/** A row with what was measured. */
export interface ResultRow extends Row {
  readonly group: string;
  readonly cells: Readonly<
    Record<
      string,
      { readonly values: readonly number[]; readonly median: number; readonly cpu?: number; readonly memory?: number }
    >
  >;
  readonly ratio?: number;
  readonly best?: string;
}
/** A run. */
export interface Result {
  readonly format: number;
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly quick: boolean;
  readonly rows: readonly ResultRow[];
  readonly leftOut: readonly string[];
}
/** A row from its figures. */
export function resultRow(
  group: string,
  row: Row,
  figures: Readonly<Record<string, readonly Figure[]>>,
  ours: string,
): ResultRow;
/** A run's result. */
export function makeResult(what: Omit<Result, "format" | "date" | "machine">): Result;
/** Keeps it. */
export function writeResult(path: string, result: Result): void;
