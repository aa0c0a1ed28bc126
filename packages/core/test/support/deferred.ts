/** A promise that a test settles. */

/** A promise and what settles it. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (cause: Error) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (cause: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
