/** Scanners connected as devices: what they say goes the same way as a scan from the screen. */
import type { Station } from '#contract/config/plant.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { HubReading, TagHub } from '#station/tags/hub.ts';
import type { ScanRouter } from './scan-router.ts';

interface DeviceScanParts {
  readonly hub: Pick<TagHub, 'subscribe'>;
  readonly catalogue: Pick<Catalogue, 'device'>;
  readonly station: Pick<Station, 'scanners'>;
  readonly router: Pick<ScanRouter, 'submit'>;
  /** The driver says each reading is an act of a person. Otherwise only a changed value is a scan. */
  pushes(deviceId: string): boolean;
}

/** @returns how to stop. */
export function watchScanners({ hub, catalogue, station, router, pushes }: DeviceScanParts): () => void {
  const deviceOf = new Map<string, string>();
  for (const deviceId of station.scanners) {
    for (const tag of catalogue.device(deviceId)?.tags ?? []) if (tag.type === 'text') deviceOf.set(tag.id, deviceId);
  }
  const lastText = new Map<string, string>();
  const take = ({ tagId, value, quality }: HubReading): void => {
    const deviceId = deviceOf.get(tagId);
    // What arrived damaged is counted and shown at the device; it says nothing that could be understood.
    if (deviceId === undefined || quality !== 'good' || typeof value !== 'string' || value === '') return;
    if (!pushes(deviceId)) {
      const before = lastText.get(tagId);
      lastText.set(tagId, value);
      if (before === undefined || before === value) return;
    }
    // The router logs what goes wrong; there is nobody here to tell.
    router.submit({ text: value, source: 'device', deviceId }).catch(() => undefined);
  };
  return hub.subscribe([...deviceOf.keys()], (readings) => readings.forEach(take));
}
