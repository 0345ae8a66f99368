import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { event, type DomainEvent, type StoredEvent } from '#contract/events/index.ts';
import { InvalidEventError, ProjectionError, StoreFileError } from './errors.ts';
import {
  manualClock,
  measured,
  meta,
  open,
  projections,
  temporaryFolder,
  unitCreated,
  unitProjection,
} from './test-kit.ts';

const dbOf = (folder: string): Database.Database => new Database(`${folder}/station.db`);

/** Changes the file behind the store's back. */
function tamper(folder: string, sql: string): void {
  const db = dbOf(folder);
  db.exec(sql);
  db.close();
}

describe('append', () => {
  test('gives gap-free numbers, chained hashes over the verbatim record, and the folded read model', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    expect(store.previousRun).toBe('none');
    expect(store.epoch).toMatch(/^[0-9a-f]{16}$/);
    const stored = [
      ...store.append([unitCreated('S1'), measured('E1', 12.01)], meta('c1')),
      ...store.append([unitCreated('S2')], meta('c2')),
    ];
    expect(stored.map((record) => record.seq)).toEqual([1, 2, 3]);
    expect(store.read.all('SELECT serial, status, seq FROM test_unit ORDER BY serial')).toEqual([
      { serial: 'S1', status: 'open', seq: 1 },
      { serial: 'S2', status: 'open', seq: 3 },
    ]);
    const rows = store.records(0, 10);
    let previous: Uint8Array = Buffer.alloc(32);
    for (const row of rows) {
      const hash = createHash('sha256')
        .update(Buffer.concat([previous, Buffer.from(row.record)]))
        .digest();
      expect(hash.equals(row.hash)).toBe(true);
      previous = row.hash;
    }
    expect(rows.map((row) => JSON.parse(row.record))).toEqual(stored);
    expect(store.events(0, 10)).toEqual(stored);
    expect(store.events(1, 1)).toEqual([stored[1]]);
    expect(store.info()).toMatchObject({ state: 'ok', events: 3, epoch: store.epoch, oldestAt: meta().at });
    expect(store.verifyChain()).toEqual({ events: 3, epochs: 1, fault: null });
    store.close();
    const again = open(folder.path);
    expect([again.epoch, again.position]).toEqual([store.epoch, { epoch: store.epoch, seq: 3 }]);
    expect(again.append([unitCreated('S3')], meta())[0]?.seq).toBe(4);
    expect(again.verifyChain().fault).toBeNull();
    again.close();
  });

  test('refuses an invalid body with its type and path, and writes nothing of the batch', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    const wrong = measured('E1', Number.NaN);
    expect(() => store.append([unitCreated('S1'), wrong], meta())).toThrow(InvalidEventError);
    expect(() => store.append([wrong], meta())).toThrow(/measurement\.recorded at reading\.value/);
    const extra = event('unit.created', { ...unitCreated('S1').body, colour: 'red' } as never);
    expect(() => store.append([extra], meta())).toThrow(/colour/);
    expect(() => store.append([{ ...unitCreated('S1'), version: 2 }], meta())).toThrow(/version 2/);
    expect(() =>
      store.append([{ type: 'unit.invented', version: 1, body: {} } as unknown as DomainEvent], meta()),
    ).toThrow(/not a known event type/);
    expect(() => store.append([], meta())).toThrow(/empty/);
    expect(() => store.append([unitCreated('S1')], { ...meta(), at: Number.NaN })).toThrow(/finite/);
    expect(store.info().events).toBe(0);
    expect(store.read.all('SELECT * FROM test_unit')).toEqual([]);
    expect(store.append([unitCreated('S1')], meta())[0]?.seq).toBe(1);
    store.close();
  });

  test('a projection that throws refuses the whole batch', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    store.append([unitCreated('S1')], meta());
    expect(() => store.append([measured('E1', 1), unitCreated('S1')], meta('c9'))).toThrow(ProjectionError);
    expect(store.state).toBe('ok');
    expect(store.records(0, 10)).toHaveLength(1);
    expect(store.read.all('SELECT * FROM test_value')).toEqual([]);
    expect(store.eventsOfCommand('c9')).toBeNull();
    expect(store.append([unitCreated('S2')], meta())[0]?.seq).toBe(2);
    expect(store.verifyChain().fault).toBeNull();
    store.close();
  });

  test('folds what the record says, so that a rebuild sees the same (-0, undefined)', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    const [stored] = store.append([measured('E1', -0)], meta());
    expect(Object.is((stored as Extract<StoredEvent, { type: 'measurement.recorded' }>).body.reading.value, 0)).toBe(
      true,
    );
    expect(store.rebuild().equal).toBe(true);
    store.close();
  });

  test('tells listeners after the commit, in log order even when one of them appends', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    const heard: number[] = [];
    store.onAppended.listen((events) => {
      expect(store.records(0, 10).map((row) => row.seq)).toContain(events[0]?.seq);
      if (events[0]?.seq === 1) store.append([unitCreated('S2')], meta());
    });
    store.onAppended.listen((events) => heard.push(...events.map((stored) => stored.seq)));
    store.append([unitCreated('S1')], meta());
    expect(heard).toEqual([1, 2]);
    store.close();
  });
});

describe('commands', () => {
  test('are found again with what they led to, also after a restart', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    const first = store.append([unitCreated('S1'), measured('E1', 1)], meta('c1'));
    store.append([unitCreated('S2')], meta(null));
    const third = store.append([unitCreated('S3')], meta('c3'));
    const check = (opened: typeof store): void => {
      expect(opened.eventsOfCommand('c1')).toEqual(first);
      expect(opened.eventsOfCommand('c3')).toEqual(third);
      expect(opened.eventsOfCommand('never')).toBeNull();
    };
    check(store);
    store.close();
    const again = open(folder.path);
    check(again);
    again.close();
  });
});

describe('damage', () => {
  function filled(folder: string): string {
    const store = open(folder);
    for (let i = 1; i <= 300; i += 1) store.append([unitCreated(`S${i}`)], meta());
    store.close();
    return store.epoch;
  }

  test('a changed record is found by the chain walk', () => {
    using folder = temporaryFolder();
    const epoch = filled(folder.path);
    tamper(folder.path, "UPDATE event SET record = replace(record, 'S20', 'S99') WHERE seq = 20");
    const store = open(folder.path);
    expect(store.verifyChain().fault).toMatchObject({ epoch, seq: 20, what: 'hash-mismatch' });
    store.close();
  });

  test('a record whose hash was recomputed breaks the next link', () => {
    using folder = temporaryFolder();
    const epoch = filled(folder.path);
    const db = dbOf(folder.path);
    const rows = db
      .prepare<[], { seq: number; record: string; hash: Buffer }>('SELECT * FROM event WHERE seq IN (19, 20)')
      .all();
    const record = rows[1]!.record.replace('S20', 'S99');
    const hash = createHash('sha256').update(rows[0]!.hash).update(record).digest();
    db.prepare('UPDATE event SET record = ?, hash = ? WHERE seq = 20').run(record, hash);
    db.close();
    const store = open(folder.path);
    expect(store.verifyChain().fault).toMatchObject({ epoch, seq: 21, what: 'hash-mismatch' });
    store.close();
  });

  test('a missing event is found as a gap', () => {
    using folder = temporaryFolder();
    const epoch = filled(folder.path);
    tamper(folder.path, 'DELETE FROM event WHERE seq = 40');
    const store = open(folder.path);
    expect(store.verifyChain().fault).toMatchObject({ epoch, seq: 40, what: 'gap' });
    store.close();
  });

  test.each([
    ["UPDATE event SET record = replace(record, 'S290', 'S999') WHERE seq = 290", /hash-mismatch/],
    ['DELETE FROM event WHERE seq = 250', /gap/],
    ["UPDATE event SET record = '{' WHERE seq = 300", /hash-mismatch/],
  ])('damage at the end of the log is seen at opening: %s', (sql, detail) => {
    using folder = temporaryFolder();
    filled(folder.path);
    tamper(folder.path, sql);
    const store = open(folder.path);
    expect(store.state).toBe('corrupt');
    expect(store.detail).toMatch(detail);
    expect(() => store.append([unitCreated('S')], meta())).toThrow(/corrupt/);
    expect(store.read.all('SELECT * FROM test_unit')).toHaveLength(300);
    store.close();
  });
});

describe('how the run before ended', () => {
  test.each([
    [[], 'none'],
    [[unitCreated('S1')], 'ended-abruptly'],
    [[unitCreated('S1'), event('station.stopped', { reason: 'operator' })], 'ended-cleanly'],
  ] as const)('%#: %s', (events, expected) => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    if (events.length > 0) store.append(events, meta());
    store.close();
    const again = open(folder.path);
    expect(again.previousRun).toBe(expected);
    again.close();
  });
});

describe('files that are not for this station', () => {
  test('of another station, of a newer version, of another program: a clear error and the folder stays unlocked', () => {
    using folder = temporaryFolder();
    open(folder.path).close();
    expect(() => open(folder.path, { stationId: 'st-20' })).toThrow(/station "st-10", not of "st-20"/);
    tamper(folder.path, 'PRAGMA user_version = 99');
    expect(() => open(folder.path)).toThrow(StoreFileError);
    tamper(folder.path, 'PRAGMA user_version = 2; PRAGMA application_id = 7');
    expect(() => open(folder.path)).toThrow(/another program/);
    tamper(folder.path, `PRAGMA application_id = ${0x4c575354}`);
    open(folder.path).close();
  });
});

describe('epochs', () => {
  test('a new one starts at 1 with its own chain; older ones stay', () => {
    using folder = temporaryFolder();
    const first = open(folder.path);
    first.append([unitCreated('S1'), unitCreated('S2')], meta());
    first.close();
    const second = open(folder.path, { newEpoch: true });
    expect(second.epoch).not.toBe(first.epoch);
    expect(second.append([unitCreated('S3')], meta())[0]).toMatchObject({ seq: 1, epoch: second.epoch });
    expect(second.info().events).toBe(3);
    expect(second.verifyChain()).toEqual({ events: 3, epochs: 2, fault: null });
    expect(second.rebuild()).toMatchObject({ events: 3, equal: true });
    second.close();
  });
});

describe('read model', () => {
  test('reads are only reads', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    expect(() => store.read.get('DELETE FROM test_unit')).toThrow(/only read/);
    expect(() => store.read.all('DELETE FROM test_unit RETURNING *')).toThrow(/only read/);
    store.close();
  });

  test('a rebuild proves equality, finds a difference, and repairs it', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    for (let i = 1; i <= 50; i += 1) store.append([unitCreated(`S${i}`), measured(`E${i}`, i / 10)], meta());
    store.append([event('unit.scrapped', { serial: 'S7', reason: 'crack' })], meta());
    const seen: [number, number][] = [];
    const equal = store.rebuild({ progress: (done, total) => seen.push([done, total]) });
    expect(equal).toMatchObject({ events: 101, skipped: 0, equal: true, replaced: false });
    expect(equal.tables.map((table) => [table.table, table.liveRows, table.rebuiltRows])).toEqual([
      ['test_unit', 50, 50],
      ['test_value', 50, 50],
      ['test_count', 3, 3],
    ]);
    expect(seen.at(-1)).toEqual([101, 101]);
    tamper(
      folder.path,
      "UPDATE test_unit SET status = 'open' WHERE serial = 'S7'; DELETE FROM test_value WHERE seq = 4",
    );
    expect(store.rebuild({ replace: false })).toMatchObject({ equal: false, replaced: false });
    const repaired = store.rebuild();
    expect(repaired).toMatchObject({ equal: false, replaced: true });
    expect(repaired.tables[0]?.differences).toEqual([
      { table: 'test_unit', kind: 'missing', row: { serial: 'S7', orderId: 'WO-1', status: 'scrapped', seq: 101 } },
      { table: 'test_unit', kind: 'extra', row: { serial: 'S7', orderId: 'WO-1', status: 'open', seq: 101 } },
    ]);
    expect(repaired.tables[1]).toMatchObject({ liveRows: 49, rebuiltRows: 50, equal: false });
    expect(store.rebuild().equal).toBe(true);
    expect(store.append([unitCreated('S51')], meta())[0]?.seq).toBe(102);
    store.close();
  });

  test.each([
    ['version', { ...unitProjection, version: 2 }],
    ['ddl', { ...unitProjection, ddl: unitProjection.ddl.replace('test_unit_by_order', 'test_unit_by_wo') }],
  ])('is made again at opening when the %s of a projection changed', (_what, changed) => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    store.append([unitCreated('S1'), unitCreated('S2')], meta());
    store.close();
    tamper(folder.path, 'DELETE FROM test_unit');
    const same = open(folder.path);
    expect(same.read.all('SELECT * FROM test_unit')).toEqual([]);
    same.close();
    const progress: [number, number][] = [];
    const again = open(folder.path, {
      projections: [changed, projections[1]!],
      onRebuild: (done, total) => progress.push([done, total]),
    });
    expect(again.read.all('SELECT serial FROM test_unit')).toEqual([{ serial: 'S1' }, { serial: 'S2' }]);
    expect(progress).toEqual([[2, 2]]);
    again.close();
  });

  test('tables of a projection that is gone are dropped', () => {
    using folder = temporaryFolder();
    open(folder.path).close();
    const store = open(folder.path, { projections: [unitProjection] });
    expect(store.read.get("SELECT 1 FROM sqlite_schema WHERE name = 'test_count'")).toBeUndefined();
    store.close();
  });

  test('an event type or version this program does not know is skipped, counted and kept', () => {
    using folder = temporaryFolder();
    const store = open(folder.path);
    store.append([unitCreated('S1')], meta());
    store.append([unitCreated('S2')], meta());
    store.append([unitCreated('S3')], meta());
    store.close();
    // As a later version would have left it: the same log with types of its own.
    const db = dbOf(folder.path);
    let hash: Uint8Array = Buffer.alloc(32);
    const rows = db.prepare<[], { seq: number; record: string }>('SELECT seq, record FROM event ORDER BY seq').all();
    for (const { seq, record } of rows) {
      const parsed = JSON.parse(record) as Record<string, unknown>;
      if (seq === 1) parsed['type'] = 'unit.teleported';
      if (seq === 2) parsed['version'] = 9;
      const text = JSON.stringify(parsed);
      hash = createHash('sha256').update(hash).update(text).digest();
      db.prepare('UPDATE event SET record = ?, hash = ? WHERE seq = ?').run(text, hash, seq);
    }
    db.close();
    const again = open(folder.path, { projections: [{ ...unitProjection, version: 2 }] });
    expect(again.state).toBe('ok');
    expect(again.read.all('SELECT serial FROM test_unit')).toEqual([{ serial: 'S3' }]);
    expect(again.rebuild()).toMatchObject({ events: 3, skipped: 2, equal: true });
    expect(again.events(0, 10).map((stored) => stored.seq)).toEqual([3]);
    expect(again.records(0, 10)).toHaveLength(3);
    expect(again.verifyChain()).toMatchObject({ events: 3, fault: null });
    again.close();
    // The same program has nothing to gain by folding again; one that knows other types does.
    const same = open(folder.path, {
      projections: [{ ...unitProjection, version: 2 }],
      onRebuild: () => expect.fail(),
    });
    same.close();
    tamper(folder.path, "UPDATE meta SET value = 'other types' WHERE key = 'skippedBy'");
    const folds: number[] = [];
    open(folder.path, {
      projections: [{ ...unitProjection, version: 2 }],
      onRebuild: (done) => folds.push(done),
    }).close();
    expect(folds).toEqual([3]);
  });

  test.each([
    [{ tables: ['event'] }, /fact table/],
    [{ tables: ['test_unit'] }, /test_value, which it does not list/],
    [{ ddl: 'CREATE TABLE test_unit (a INTEGER PRIMARY KEY); CREATE TABLE test_value (a)' }, /not STRICT/],
    [
      { ddl: 'CREATE TABLE test_unit (a INTEGER) STRICT; CREATE TABLE test_value (a INTEGER) STRICT' },
      /no PRIMARY KEY/,
    ],
    [{ name: 'test-count' }, /has this name/],
  ])('a projection that breaks the rules is refused: %o', (change, problem) => {
    using folder = temporaryFolder();
    expect(() => open(folder.path, { projections: [projections[1]!, { ...unitProjection, ...change }] })).toThrow(
      problem,
    );
    open(folder.path).close();
  });
});

test('the health timer ends with the store', () => {
  using folder = temporaryFolder();
  const clock = manualClock();
  const store = open(folder.path, { clock });
  store.close();
  clock.advance(60_000);
});
