/** The whole contract between renderer and station: one file per feature. */
import { andon } from './andon.ts';
import { bench } from './bench.ts';
import { containments } from './containments.ts';
import { control } from './control.ts';
import { devices } from './devices.ts';
import { energy } from './energy.ts';
import { execution } from './execution.ts';
import { gauges } from './gauges.ts';
import { machines } from './machines.ts';
import { handover } from './handover.ts';
import { nonconformances } from './nonconformances.ts';
import { oee } from './oee.ts';
import { orders } from './orders.ts';
import { people } from './people.ts';
import { scan } from './scan.ts';
import { settings } from './settings.ts';
import { stops } from './stops.ts';
import { studies } from './studies.ts';
import { sync } from './sync.ts';
import { system } from './system.ts';
import { units } from './units.ts';

export const contract = {
  system,
  people,
  scan,
  orders,
  execution,
  units,
  control,
  bench,
  gauges,
  stops,
  energy,
  studies,
  nonconformances,
  containments,
  machines,
  andon,
  handover,
  oee,
  devices,
  settings,
  sync,
};
export type Contract = typeof contract;
