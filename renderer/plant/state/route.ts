/** Where in the plant view we are, as it stands in the address: `#/units/PMP-1?tab=facts`, `#/board/L1`. Pure. */
export const screens = [
  'lines',
  'orders',
  'units',
  'machines',
  'andon',
  'control',
  'studies',
  'nonconformances',
  'gauges',
  'stations',
  'trouble',
  'releases',
  'accounts',
] as const;
export type Screen = (typeof screens)[number];

export interface Route {
  readonly screen: Screen | 'board';
  /** What is open there; null: nothing in particular. */
  readonly item: string | null;
  readonly query: Readonly<Record<string, string>>;
}

/** Unknown addresses are the overview. The server leads `/board?line=L1`, as a person may type it, to `#/board/L1`. */
export function readRoute(fragment: string): Route {
  const [, name = '', item, query = ''] = /^#\/([a-z]+)(?:\/([^?]+))?(?:\?(.*))?$/.exec(fragment) ?? [];
  const screen = name === 'board' ? 'board' : (screens.find((known) => known === name) ?? 'lines');
  return { screen, item: item === undefined ? null : decoded(item), query: readQuery(query) };
}

export function writeRoute({ screen, item, query }: Route): string {
  const asked = new URLSearchParams(query).toString();
  return `#/${screen}${item === null ? '' : `/${encodeURIComponent(item)}`}${asked === '' ? '' : `?${asked}`}`;
}

function readQuery(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}
/** A hand-written address may not be encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
