/**
 * One question at a time with air in between: news that come while it is asked or rests ask once more afterwards, so that many
 * news a second cost neither the station nor the screen.
 * @param restMs between an answer and the next question
 * @param isOver who asks has gone (state/ended.ts): then nothing is asked any more
 */
export function atRest(ask: () => Promise<unknown>, restMs: number, isOver: () => boolean): () => void {
  let asking = false;
  let again = false;
  function refresh(): void {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    void ask().finally(() =>
      setTimeout(() => {
        asking = false;
        if (!again || isOver()) return;
        again = false;
        refresh();
      }, restMs),
    );
  }
  return refresh;
}
