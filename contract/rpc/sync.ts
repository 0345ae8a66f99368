/**
 * The road to the plant server as the station's screen shows it: where it goes, what has not gone yet, and the unplug
 * test. What the server was told and answered is in contract/sync.
 */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Outcome } from '../refusal.ts';
import type { PublishState } from '../publish-state.ts';
import { base, commandId } from './base.ts';

/**
 * `not-configured`: this station belongs to no server. `never-reached`: enrolled, and not heard since this start.
 * `linked`. `unreachable`: it answered once since this start, and does not now. `refused`: it answers and wants nothing of
 * this station (`problem` says why). `cut`: the unplug test has cut the link in software.
 */
export const serverStates = ['not-configured', 'never-reached', 'linked', 'unreachable', 'refused', 'cut'] as const;
export type ServerState = (typeof serverStates)[number];

/**
 * Why the server was not reached or did not take something: `sync_problem_<code>` in the catalogue. Codes of the server
 * itself (contract/sync/protocol.ts) come as they are.
 */
export const linkProblems = [
  'name-unknown',
  'connection-refused',
  'connection-lost',
  'no-answer',
  'certificate-wrong',
  'answer-not-understood',
  'store-unreadable',
  /** `server.json` or `server.key` in the data folder is of no use. */
  'enrolment-unusable',
] as const;

export interface SyncProblem {
  readonly code: string;
  /** UTC ms. */
  readonly at: number;
  /** English, for the engineer: what happened, and what to do where that is known. */
  readonly detail: string;
}

/** What the header shows. */
export interface ServerLink {
  readonly state: ServerState;
  /** UTC ms since when; null with `not-configured`. */
  readonly since: number | null;
  /** With `never-reached`, `unreachable` and `refused`. */
  readonly problem: SyncProblem | null;
  /** Station clock minus server clock, ms, at the last greeting; null: not heard yet. */
  readonly clockDriftMs: number | null;
  readonly test: RunningLinkTest | null;
}

export interface RunningLinkTest {
  readonly testId: string;
  /** `cut`: no link. `catching-up`: linked again, what was recorded goes to the server. `comparing`: both ends. */
  readonly phase: 'cut' | 'catching-up' | 'comparing';
  /** UTC ms. */
  readonly startedAt: number;
  readonly untilAt: number;
  /** Facts recorded since the cut, and how many of them the test wrote itself. */
  readonly recorded: number;
  readonly ownRecorded: number;
}

export interface SyncStream {
  readonly epoch: string;
  /** Empty for the epoch itself (contract/sync/up.ts). */
  readonly branch: string;
  readonly first: number;
  readonly last: number;
  /** The server has everything up to here. */
  readonly acked: number;
  readonly ackedAt: number | null;
  /** Is being written on. */
  readonly current: boolean;
}

export const linkTestReportSchema = z.object({
  v: z.literal(1),
  testId: z.string(),
  stationId: z.string(),
  plantId: z.string(),
  server: z.string(),
  startedAt: z.number(),
  /** When the link was given back. */
  endedAt: z.number(),
  /** `restart`: the station ended while the link was cut; the next start gave it back. */
  ended: z.enum(['button', 'time', 'restart']),
  startedBy: z.string().nullable(),
  endedBy: z.string().nullable(),
  /** When the server had everything; null: not within the time allowed. */
  caughtUpAt: z.number().nullable(),
  facts: z.object({
    /** Recorded while cut, with the fact that says the test began and the one that says it ended. */
    total: z.number().int(),
    /** Written by the test itself. */
    own: z.number().int(),
    /** What people and machines did meanwhile. */
    others: z.number().int(),
  }),
  /** Both ends, number by number; one per stream that was written on meanwhile. */
  compared: z.array(
    z.object({
      epoch: z.string(),
      first: z.number().int(),
      last: z.number().int(),
      here: z.number().int(),
      there: z.number().int(),
      equal: z.boolean(),
      /** First number under which the ends differ, or that is missing there. */
      firstDifference: z.number().int().nullable(),
    }),
  ),
  /** Everything arrived once, in order, unchanged. */
  passed: z.boolean(),
  /** Why it could not be compared; null when it was. */
  problem: z.string().nullable(),
});
export type LinkTestReport = z.infer<typeof linkTestReportSchema>;

/** What the station publishes itself. */
export interface StationPublishing extends PublishState {
  readonly url: string;
  /** Facts that wait to be published. */
  readonly behind: number;
}

export interface SyncView {
  readonly link: ServerLink;
  readonly enrolment: {
    readonly url: string;
    readonly plantId: string;
    readonly keyId: string;
    /** UTC ms. */
    readonly enrolledAt: number;
  } | null;
  readonly unsent: { readonly count: number; readonly oldestAt: number | null };
  readonly streams: readonly SyncStream[];
  /** The newest one, also when it is over. */
  readonly lastProblem: SyncProblem | null;
  readonly sideRoad: {
    /** Curves and blocks of samples that wait. */
    readonly waiting: number;
    /** Deleted by age before they were sent. */
    readonly dropped: number;
    /** What is under way, 0 to 1; null: nothing. */
    readonly sending: { readonly name: string; readonly share: number } | null;
  };
  readonly documents: {
    readonly counts: Readonly<Record<string, number>>;
    /** UTC ms of the last change that came; null: none yet. */
    readonly pulledAt: number | null;
  };
  /** Reports of unplug tests, newest first. */
  readonly reports: readonly {
    readonly testId: string;
    readonly startedAt: number;
    readonly passed: boolean;
    readonly file: string;
  }[];
  /** null: this station publishes nothing itself. */
  readonly publishing: StationPublishing | null;
}

/** Longest and shortest unplug test in ms. */
export const linkTestLimits = { leastMs: 5_000, mostMs: 8 * 3_600_000, mostFacts: 10_000 } as const;

export const sync = {
  /** At most four times a second. */
  watch: base.output(eventIterator(type<SyncView>())),
  /** `code` as the plant view shows it. Answered within the time of a call, whatever the server does. */
  enrol: base
    .input(z.strictObject({ commandId, url: z.string().max(300), code: z.string().max(20) }))
    .output(type<Outcome>()),
  /** Forgets server and key; what was recorded stays. */
  forget: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  /** Cuts the link for `forMs`, or until `endTest`; meanwhile the test writes `facts` facts of its own. */
  startTest: base
    .input(
      z.strictObject({
        commandId,
        forMs: z.number().int().min(linkTestLimits.leastMs).max(linkTestLimits.mostMs),
        facts: z.number().int().min(0).max(linkTestLimits.mostFacts),
      }),
    )
    .output(type<Outcome>()),
  endTest: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  report: base.input(z.strictObject({ testId: z.string().max(64) })).output(type<LinkTestReport | null>()),
};
