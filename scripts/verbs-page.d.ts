/** What tests take from verbs-page.js. */
import type { SiteVerb, Verb, VerbRow } from "@twinport/core/protocol";

/** The rows that the page shows, whatever their arguments are. */
export type Rows<Name extends string> = Readonly<
  Record<
    Name,
    Pick<VerbRow<never>, "source" | "summary" | "replies" | "feature"> & {
      readonly argument: { readonly syntax: string };
    }
  >
>;

export function testsOfVerbs(
  verbNames: readonly string[],
  siteVerbNames: readonly string[],
): ReadonlyMap<string, readonly string[]>;

export function verbsPage(parts: {
  readonly verbs: Rows<Verb>;
  readonly siteVerbs: Rows<SiteVerb>;
  readonly sessionFeatures: readonly string[];
}): string;
