import { readRoute, writeRoute, type Route, type Screen } from './route.ts';

const read = (): Route => readRoute(window.location.hash);

class Place {
  route = $state.raw<Route>(read());
  constructor() {
    window.addEventListener('hashchange', () => (this.route = read()));
  }
  get screen(): Route['screen'] {
    return this.route.screen;
  }
  get item(): string | null {
    return this.route.item;
  }
  query(name: string): string | null {
    return this.route.query[name] ?? null;
  }
}
export const place = new Place();

export function go(
  screen: Screen | 'board',
  item: string | null = null,
  query: Readonly<Record<string, string>> = {},
): void {
  window.location.hash = writeRoute({ screen, item, query });
}
