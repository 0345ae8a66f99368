/** A device file against the manifest of its driver: settings by the driver's own schema, addresses by its own rule. */
import type { ConfigurationFault } from '#contract/config/index.ts';
import type { Device } from '#contract/config/device.ts';
import type { DriverManifest } from '#contract/driver.ts';
import { choices } from '#domain/config/closest.ts';
import { faultsOfSchema } from './schema-faults.ts';
import { pathText, type Path, type YamlFile } from './yaml-file.ts';

export type Manifests = ReadonlyMap<string, DriverManifest>;

export function checkDriver(
  yaml: YamlFile,
  device: Device,
  original: (path: Path) => Path,
  manifests: Manifests,
): ConfigurationFault[] {
  const fault = (path: Path, problem: string, remedy: string): ConfigurationFault => {
    const place = original(path);
    return { file: yaml.file, ...yaml.locate(place), path: pathText(place), problem, remedy };
  };
  const manifest = manifests.get(device.driver);
  if (!manifest) {
    return [fault(['driver'], `unknown driver "${device.driver}"`, choices(device.driver, manifests.keys(), 'driver'))];
  }
  const faults: ConfigurationFault[] = [];
  const settings = manifest.settings.safeParse(device.settings);
  if (!settings.success) faults.push(...faultsOfSchema(yaml, manifest.settings, settings.error.issues, ['settings']));

  device.tags.forEach((tag, at) => {
    const path: Path = ['tags', at, 'address'];
    if (manifest.addresses !== null) {
      const known = manifest.addresses.find(({ address }) => address === tag.address);
      if (!known) {
        const all = manifest.addresses.map(({ address }) => address);
        faults.push(
          fault(path, `driver "${manifest.id}" has no address "${tag.address}"`, choices(tag.address, all, 'address')),
        );
      } else if (known.type !== tag.type) {
        faults.push(
          fault(
            ['tags', at, 'type'],
            `address "${tag.address}" of driver "${manifest.id}" gives ${known.type}, not ${tag.type}`,
            `Write \`type: ${known.type}\`.`,
          ),
        );
      } else if (known.units && !known.units.includes(tag.unit ?? '')) {
        faults.push(
          fault(
            tag.unit === null ? ['tags', at] : ['tags', at, 'unit'],
            `address "${tag.address}" of driver "${manifest.id}" cannot be in ${tag.unit === null ? 'no unit' : `"${tag.unit}"`}`,
            `Write the \`unit\` that is set at the device: ${known.units.join(', ')}.`,
          ),
        );
      }
      return;
    }
    const wrong = manifest.checkAddress?.(tag.address) ?? null;
    if (wrong !== null)
      faults.push(
        fault(
          path,
          `address "${tag.address}": ${wrong}`,
          `Correct the address as the ${manifest.id} driver expects it.`,
        ),
      );
  });

  const { machine } = device;
  if (machine !== null) {
    if (!manifest.canWrite || !manifest.canCall) {
      faults.push(
        fault(
          ['machine'],
          `driver "${manifest.id}" cannot ${manifest.canWrite ? 'call methods' : 'write'}, so it cannot run a machine cycle`,
          'Use a driver that can, or remove `machine`.',
        ),
      );
    } else {
      for (const act of ['start', 'abort', 'reset'] as const) {
        for (const part of ['object', 'method'] as const) {
          const wrong = manifest.checkAddress?.(machine[act][part]) ?? null;
          if (wrong !== null) {
            faults.push(
              fault(
                ['machine', act, part],
                `address "${machine[act][part]}": ${wrong}`,
                `Correct the address as the ${manifest.id} driver expects it.`,
              ),
            );
          }
        }
      }
    }
  }
  return faults;
}

/** Why a tag cannot be written through its driver; null: it can, or the driver is not known. */
export function whyNotWritable({ driver, tags }: Device, tagId: string, manifests: Manifests): string | null {
  const manifest = manifests.get(driver);
  const address = tags.find(({ id }) => id === tagId)?.address;
  if (manifest === undefined || address === undefined) return null;
  return manifest.canWrite ? (manifest.readOnly?.(address) ?? null) : `driver "${driver}" cannot write`;
}
