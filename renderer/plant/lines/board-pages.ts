/** Which part of the big screen is seen at a time, so that nobody has to scroll. Pure; all lengths in px. */
export interface BoardBlock {
  /** Its lower edge, from the top of the content. */
  readonly bottom: number;
  /** Height of the head of its line, which stays at the top when a page begins within the line. */
  readonly head: number;
  /** Of the first block of a line: where the line begins. A page that begins with it has the head by itself. */
  readonly lineFrom: number | null;
}
export interface BoardPage {
  /** How far the content is scrolled. */
  readonly from: number;
  /** What is below of it belongs to the next page. */
  readonly until: number;
}

/**
 * @param blocks what is not to be torn, from top to bottom; what stands above a block goes with it.
 * @param view height of the screen's part; heads are lower.
 * @returns at least one page; together they show every px of the blocks. A block higher than the screen is gone through page by page.
 */
export function boardPages(blocks: readonly BoardBlock[], view: number): readonly [BoardPage, ...BoardPage[]] {
  const pages: BoardPage[] = [];
  let from = 0;
  let end = 0;
  let filled = false;
  for (const { bottom, head, lineFrom } of blocks) {
    if (filled && bottom - from > view) {
      pages.push({ from, until: end });
      from = lineFrom ?? end - head;
    }
    for (const step = Math.max(1, view - head); bottom - from > view; from += step)
      pages.push({ from, until: from + view });
    end = Math.max(end, bottom);
    filled = true;
  }
  const last: BoardPage = { from, until: end };
  return [pages[0] ?? last, ...pages.slice(1), ...(pages.length > 0 ? [last] : [])];
}
