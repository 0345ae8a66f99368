import type { Findings, Index, Path } from './finding.ts';

/** The device must be at each station where the operation may run: otherwise the operation could never pass there. */
export function atEveryStation(
  file: string,
  path: Path,
  device: string,
  stations: readonly string[],
  index: Index,
  findings: Findings,
): void {
  const without = stations.filter((id) => index.stations.get(id)?.devices.includes(device) === false);
  if (without.length === 0) return;
  findings.add(
    file,
    path,
    `device "${device}" is not at station ${without.join(', ')}, where the operation may run`,
    `Add "${device}" to \`devices\` of the station, or take the station out of the operation.`,
  );
}
