/**
 * A page whose program was replaced while it was open (the station or the plant server was installed anew) loads the new one: what it
 * asks and shows is meant for the other side as it was. What matters is not in the page; only for an open dialog it waits.
 */
const againMs = 1_000;
const pattern = /<script[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/;

/** The program that the page's text names; null: none. */
const programIn = (html: string): string | null => pattern.exec(html)?.[1] ?? null;

/** To be called when the other side is there again. Without an answer the page stays as it is. */
export async function renewIfReplaced(): Promise<void> {
  const own = document.querySelector('script[type="module"]')?.getAttribute('src') ?? null;
  const answer = await fetch(location.pathname, { cache: 'no-store' }).catch(() => null);
  if (own === null || answer?.ok !== true) return;
  const now = programIn(await answer.text().catch(() => ''));
  if (now !== null && now !== own) renew();
}

function renew(): void {
  if (document.querySelector('dialog[open]') === null) location.reload();
  else setTimeout(renew, againMs);
}
