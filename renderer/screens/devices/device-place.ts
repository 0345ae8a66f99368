/** What of which device is on the screen, as it stands in the address: `press`, `press:trend:press.oil-temperature`. */
export const deviceParts = ['values', 'trend', 'traffic', 'settings'] as const;
export type DevicePart = (typeof deviceParts)[number];

export interface DevicePlace {
  readonly deviceId: string | null;
  readonly view: DevicePart;
  readonly tagId: string | null;
}

/** Ids hold no colon. What cannot be read is the plain view. */
export function readPlace(item: string | null): DevicePlace {
  const [deviceId = '', view, tagId = ''] = (item ?? '').split(':');
  return {
    deviceId: deviceId === '' ? null : deviceId,
    view: deviceParts.find((known) => known === view) ?? 'values',
    tagId: tagId === '' ? null : tagId,
  };
}

export function writePlace({ deviceId, view, tagId }: DevicePlace & { readonly deviceId: string }): string {
  if (view === 'values') return deviceId;
  return view === 'trend' && tagId !== null ? `${deviceId}:${view}:${tagId}` : `${deviceId}:${view}`;
}
