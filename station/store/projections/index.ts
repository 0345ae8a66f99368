/** The projections of the station's read model, for `openStore`. */
import type { Projection } from '../projection.ts';
import { andon } from './andon.ts';
import { bench } from './bench.ts';
import { containments } from './containments.ts';
import { control } from './control.ts';
import { energy } from './energy.ts';
import { gauges } from './gauges.ts';
import { machines } from './machines.ts';
import { nonconformances } from './nonconformances.ts';
import { oee } from './oee.ts';
import { production } from './production.ts';
import { stops } from './stops.ts';
import { studies } from './studies.ts';

export const projections: readonly Projection[] = [
  production,
  control,
  gauges,
  nonconformances,
  containments,
  studies,
  bench,
  andon,
  machines,
  stops,
  oee,
  energy,
];
