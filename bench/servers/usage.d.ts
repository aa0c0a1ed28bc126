/** Seconds of the processor, and octets; undefined where the system does not tell. */
export function usageOf(root: number): { readonly cpu: number | undefined; readonly memory: number | undefined };
/** Watches a server that forgets its children; gives the seconds of the processor since then. */
export function watchChildren(root: number): () => number;
/** A process and all below it that live. */
export function processTree(root: number): readonly number[];
