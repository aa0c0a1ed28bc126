/** Links in lines of `ls -l`: the name, an arrow, and where it leads. */

const arrow = " -> ";

/** Divides a link from where it leads. The size of a link is its target's: that tells apart names with an arrow inside. */
export function splitLink(shown: string, size: number | undefined): [name: string, target: string | undefined] {
  const first = shown.indexOf(arrow);
  if (first === -1) return [shown, undefined];
  const sized = size === undefined || size === 0 ? undefined : arrowBefore(shown, size);
  const at = sized ?? first;
  return [shown.slice(0, at), shown.slice(at + arrow.length)];
}

/** The arrow that so much follows: octets, be it UTF-8, or of a charset that has one for each character. */
function arrowBefore(shown: string, size: number): number | undefined {
  const isArrow = (at: number): boolean => at > 0 && shown.startsWith(arrow, at);
  let octets = 0;
  for (let end = shown.length; end > 0 && octets <= size; end--) {
    if (octets === size && isArrow(end - arrow.length)) return end - arrow.length;
    const unit = shown.charCodeAt(end - 1);
    // Half of a pair of surrogates is half of four octets.
    octets += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  const counted = shown.length - size - arrow.length;
  return isArrow(counted) ? counted : undefined;
}
