/** The contract of the plant view, one file per feature. */
import { accounts } from './accounts.ts';
import { andon } from './andon.ts';
import { control } from './control.ts';
import { energy } from './energy.ts';
import { containments } from './containments.ts';
import { gauges } from './gauges.ts';
import { handover } from './handover.ts';
import { lines } from './lines.ts';
import { machines } from './machines.ts';
import { nonconformances } from './nonconformances.ts';
import { oee } from './oee.ts';
import { orders } from './orders.ts';
import { releases } from './releases.ts';
import { session } from './session.ts';
import { stations } from './stations.ts';
import { stops } from './stops.ts';
import { studies } from './studies.ts';
import { trouble } from './trouble.ts';
import { units } from './units.ts';

export const plantContract = {
  session,
  lines,
  orders,
  units,
  control,
  containments,
  gauges,
  stops,
  studies,
  stations,
  trouble,
  releases,
  accounts,
  nonconformances,
  machines,
  energy,
  oee,
  andon,
  handover,
};
export type PlantContract = typeof plantContract;
