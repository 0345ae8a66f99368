/** Where on the screen we are, kept in the address so that a reload comes back to the same place. */
export const screens = [
  'orders',
  'work',
  'units',
  'machines',
  'control',
  'gauges',
  'studies',
  'nonconformances',
  'andon',
  'devices',
  'settings',
  'bench',
] as const;
export type Screen = (typeof screens)[number];

class Place {
  screen = $state<Screen>('work');
  /** What is open there, e.g. a serial number or a device; null: nothing in particular. */
  item = $state<string | null>(null);

  constructor() {
    this.#read();
    window.addEventListener('hashchange', () => this.#read());
  }
  #read(): void {
    const [, screen, item] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(window.location.hash) ?? [];
    this.screen = screens.find((known) => known === screen) ?? 'work';
    this.item = item === undefined ? null : decodeURIComponent(item);
  }
}
export const place = new Place();

export function go(screen: Screen, item: string | null = null): void {
  window.location.hash = `#/${screen}${item === null ? '' : `/${encodeURIComponent(item)}`}`;
}
