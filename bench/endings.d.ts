/** Things to undo. */
export class Endings {
  watchProcess(): void;
  add(undo: () => void): () => void;
  run(): void;
}
