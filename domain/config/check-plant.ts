/** Cross-checks of plant.yaml, lines, stations, materials and people. */
import { overlapOf } from '#domain/shifts/shifts.ts';
import { gtinCheckDigit } from './gtin.ts';
import type { CheckInput, Findings, Index } from './finding.ts';

export function checkPlant(input: CheckInput, index: Index, findings: Findings): void {
  if (input.plant === null) return;
  const { file, value: plant } = input.plant;
  findings.known(file, ['defaultStation'], plant.defaultStation, 'station', index.stations);

  const { badge, order, command } = plant.scanPrefixes;
  findings.unique(file, [badge, order, command], 'scan prefix', (at) => [
    'scanPrefixes',
    ['badge', 'order', 'command'][at] ?? 'badge',
  ]);
  findings.unique(
    file,
    plant.shifts.map(({ id }) => id),
    'shift id',
    (at) => ['shifts', at, 'id'],
  );
  plant.shifts.forEach(({ days }, at) => findings.unique(file, days, 'day', (n) => ['shifts', at, 'days', n]));
  const overlap = overlapOf(plant.shifts);
  if (overlap !== null)
    findings.add(
      file,
      ['shifts', plant.shifts.indexOf(overlap[1])],
      `shift "${overlap[1].id}" begins before shift "${overlap[0].id}" has ended, so some times would be in both`,
      'Let each shift begin where the one before ends, or later.',
    );
  findings.unique(file, plant.holidays, 'holiday', (at) => ['holidays', at]);
  if (!plant.demo && plant.demoHints.length > 0) {
    findings.add(
      file,
      ['demoHints'],
      'sign-in hints would tell badges and PINs on the screen of a real plant',
      'Remove demoHints; they belong to a plant with `demo: true` only.',
    );
  }
  if (!plant.demo && plant.demoAccounts.length > 0) {
    findings.add(
      file,
      ['demoAccounts'],
      'accounts with told passwords would open the plant view of a real plant to everybody',
      'Remove demoAccounts; they belong to a plant with `demo: true` only.',
    );
  }
  findings.unique(
    file,
    plant.demoAccounts.map(({ id }) => id),
    'account id',
    (at) => ['demoAccounts', at, 'id'],
  );
  plant.demoHints.forEach((hint, at) =>
    findings.known(file, ['demoHints', at, 'badge'], hint.badge, 'badge', index.badges),
  );
}

export function checkLines(input: CheckInput, index: Index, findings: Findings): void {
  const lineOf = new Map<string, string>();
  const siteOf = new Map<string, { readonly site: string | undefined; readonly lineId: string }>();
  for (const { file, value: line } of input.lines) {
    if (line.area !== undefined) {
      const other = siteOf.get(line.area);
      if (other !== undefined && other.site !== line.site) {
        findings.add(
          file,
          ['area'],
          `area "${line.area}" is of ${line.site === undefined ? 'no site' : `site "${line.site}"`} here and of ${other.site === undefined ? 'no site' : `site "${other.site}"`} for line "${other.lineId}"`,
          'An area belongs to one site; roles are given for it by its name alone. Correct `site`, or rename one area.',
        );
      }
      if (other === undefined) siteOf.set(line.area, { site: line.site, lineId: line.id });
    }
    findings.unique(file, line.stations, 'station', (at) => ['stations', at]);
    line.stations.forEach((station, at) => {
      findings.known(file, ['stations', at], station, 'station', index.stations);
      const other = lineOf.get(station);
      if (other !== undefined && other !== line.id) {
        findings.add(
          file,
          ['stations', at],
          `station "${station}" is already on line "${other}"`,
          'A station is on one line; remove it from the other.',
        );
      }
      lineOf.set(station, line.id);
    });
  }
}

export function checkStations(input: CheckInput, index: Index, findings: Findings): void {
  for (const { file, value: station } of input.stations) {
    findings.unique(file, station.devices, 'device', (at) => ['devices', at]);
    station.devices.forEach((device, at) => findings.known(file, ['devices', at], device, 'device', index.devices));
    station.scanners.forEach((scanner, at) => {
      const path = ['scanners', at];
      if (!findings.known(file, path, scanner, 'device', index.devices)) return;
      if (!station.devices.includes(scanner)) {
        findings.add(
          file,
          path,
          `scanner "${scanner}" is not among the devices of this station`,
          `Add "${scanner}" to \`devices\`.`,
        );
      }
      if (!index.devices.get(scanner)?.tags.some((tag) => tag.type === 'text')) {
        findings.add(
          file,
          path,
          `device "${scanner}" has no text tag, so nothing it says can be a scan`,
          'Give the device a tag of type text, or take it out of `scanners`.',
        );
      }
    });
    station.panel.forEach((tagId, at) => {
      const path = ['panel', at];
      if (!findings.known(file, path, tagId, 'tag', index.tags)) return;
      const device = index.tags.get(tagId)?.device.id ?? '';
      if (!station.devices.includes(device)) {
        findings.add(
          file,
          path,
          `tag "${tagId}" is of device "${device}", which is not at this station`,
          `Add "${device}" to \`devices\`, or remove the tag from \`panel\`.`,
        );
      }
    });
  }
}

export function checkMaterials(input: CheckInput, findings: Findings): void {
  if (input.materials === null) return;
  const { file, value } = input.materials;
  findings.unique(
    file,
    value.materials.map(({ id }) => id),
    'material id',
    (at) => ['materials', at, 'id'],
  );
  const seen = new Map<string, string>();
  value.materials.forEach(({ id, gtin }, at) => {
    if (gtin === undefined) return;
    const path = ['materials', at, 'gtin'];
    const digit = gtinCheckDigit(gtin.slice(0, -1));
    if (digit !== gtin.at(-1)) {
      findings.add(
        file,
        path,
        `GTIN ${gtin} has a wrong check digit`,
        `The last digit should be ${digit}; check the label.`,
      );
    }
    const other = seen.get(gtin);
    if (other !== undefined) {
      findings.add(file, path, `GTIN ${gtin} is already that of "${other}"`, 'A GTIN belongs to one material.');
    }
    seen.set(gtin, id);
  });
}

const argon2Form = /^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;

export function checkPeople(input: CheckInput, index: Index, findings: Findings): void {
  if (input.people === null) return;
  const { file, value } = input.people;
  findings.unique(
    file,
    value.qualifications.map(({ id }) => id),
    'qualification id',
    (at) => ['qualifications', at, 'id'],
  );
  findings.unique(
    file,
    value.people.map(({ id }) => id),
    'person id',
    (at) => ['people', at, 'id'],
  );
  findings.unique(
    file,
    value.people.map(({ badge }) => badge),
    'badge',
    (at) => ['people', at, 'badge'],
  );
  const known = new Map([...index.qualifications].map((id) => [id, true]));
  value.people.forEach((person, at) => {
    const path = ['people', at];
    if (person.pinHash !== undefined && !argon2Form.test(person.pinHash)) {
      findings.add(
        file,
        [...path, 'pinHash'],
        'this is not an argon2id hash in PHC form',
        'Make it with `npm run linewright -- pin` and copy the whole line.',
      );
    }
    if (person.pinAtSignIn && person.pinHash === undefined) {
      findings.add(
        file,
        [...path, 'pinAtSignIn'],
        `${person.name} must give a PIN at sign-in but has none, and could never sign in`,
        'Add `pinHash` (made by `npm run linewright -- pin`) or set `pinAtSignIn: false`.',
      );
    }
    findings.unique(
      file,
      person.qualifications.map(({ id }) => id),
      'qualification',
      (n) => [...path, 'qualifications', n, 'id'],
    );
    person.qualifications.forEach(({ id }, n) =>
      findings.known(file, [...path, 'qualifications', n, 'id'], id, 'qualification', known),
    );
  });
}
