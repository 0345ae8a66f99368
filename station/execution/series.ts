/** The individuals of one characteristic for the chart beside the measurement. */
import type { Verdict } from '#contract/events/shared.ts';
import type { CharacteristicSeries } from '#contract/rpc/execution.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { individualsLimits } from '#domain/spc/individuals.ts';
import { characteristicView } from '#station/steps/view-type.ts';
import type { ReadModelReader } from '#station/store/projection.ts';

interface Row {
  readonly at: number;
  readonly value: number;
  readonly serial: string;
  readonly verdict: Verdict;
  readonly typed: number;
}

/**
 * @param limit newest values to take, of every revision of the definition; the limits are those of its newest revision.
 * @returns null when no revision knows the characteristic.
 */
export function characteristicSeries(
  read: ReadModelReader,
  catalogue: Catalogue,
  definitionId: string,
  characteristicId: string,
  limit: number,
): CharacteristicSeries | null {
  const of = catalogue.definitions.filter((d) => d.id === definitionId);
  // Released before draft and retired; among those the last of the files, which are in order of revision.
  const ordered = [...of.filter((d) => d.status !== 'released'), ...of.filter((d) => d.status === 'released')];
  const characteristic = ordered.flatMap((d) => d.characteristics).findLast((c) => c.id === characteristicId);
  if (characteristic === undefined) return null;
  const rows = read
    .all<Row>(
      `SELECT at, value, serial, verdict, typed FROM measured
       WHERE definition_id = ? AND characteristic_id = ? ORDER BY id DESC LIMIT ?`,
      definitionId,
      characteristicId,
      limit,
    )
    .reverse();
  return {
    characteristic: characteristicView(characteristic),
    points: rows.map(({ typed, ...row }) => ({ ...row, typed: typed === 1 })),
    control: individualsLimits(rows.map((row) => row.value)),
  };
}
