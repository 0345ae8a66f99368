import { installedDrivers } from '#station/drivers/index.ts';
import { loadConfiguration } from '#station/config/load.ts';
const drivers = await installedDrivers();
console.log(JSON.stringify(loadConfiguration(process.argv[3] ?? '', { manifests: new Map([...drivers].map(([id, { manifest }]) => [id, manifest])) }), null, 1).slice(0, 6000));
