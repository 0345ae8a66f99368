/** Drafts, their review, release and roll-back (docs/server.md): what may be done by whom, in one transaction each. */
import { parseDocument } from 'yaml';
import type { Manifests } from '#config/driver-checks.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { DraftView, ReleaseKind } from '#contract/plant/releases.ts';
import { linePlaces, linesWith } from '#domain/accounts/may.ts';
import { samePerson, type Caller } from '#server/accounts/caller.ts';
import type { Db } from '#server/db/db.ts';
import type { Changes } from '#server/rpc/changes.ts';
import { refuse } from '#server/rpc/refused.ts';
import {
  affected,
  definitionAt,
  filesInForce,
  folderOf,
  holdHead,
  isAllowed,
  isDefinition,
  isPicture,
  judge,
  judgeChange,
  putInForce,
  sha256,
  tellChange,
  textOf,
} from './files.ts';
import { unified, type InForceConfiguration } from './in-force.ts';
import {
  changesOf,
  draftOf,
  namingOf,
  needOn,
  needOnDraft,
  picturesOf,
  seeAgain,
  seenDraft,
  writeDraft,
} from './drafts.ts';
import { corrects, draftSelect, keepsRevision, type DraftRow } from './rules.ts';

export interface Seen {
  readonly commandId: string;
  readonly path: string;
  readonly version: number;
}

export interface Releases {
  view(caller: Caller, path: string): Promise<DraftView | null>;
  /** @param bytes null: takes the file away. */
  save(
    caller: Caller,
    seen: Seen & { readonly note: string },
    bytes: Uint8Array | null,
  ): Promise<PlantOutcome<DraftView>>;
  newRevision(
    caller: Caller,
    input: { readonly commandId: string; readonly from: string; readonly revision: string },
  ): Promise<PlantOutcome<DraftView>>;
  check(paths: readonly string[]): Promise<DraftView['faults']>;
  submit(caller: Caller, seen: Seen): Promise<PlantOutcome>;
  drop(caller: Caller, seen: Seen): Promise<PlantOutcome>;
  sendBack(caller: Caller, seen: Seen & { readonly note: string }): Promise<PlantOutcome>;
  release(
    caller: Caller,
    input: Seen & {
      readonly note: string;
      readonly also: readonly { readonly path: string; readonly version: number }[];
    },
  ): Promise<PlantOutcome<{ readonly release: number }>>;
  rollBack(
    caller: Caller,
    input: { readonly commandId: string; readonly path: string; readonly to: number; readonly note: string },
  ): Promise<PlantOutcome<{ readonly release: number }>>;
}

export function createReleases({
  db,
  change,
  inForce,
  manifests,
}: {
  readonly db: Db;
  readonly change: Changes;
  readonly inForce: InForceConfiguration;
  /** Of the drivers; null: they are not at hand. */
  readonly manifests: Manifests | null;
}): Releases {
  const view = async (caller: Caller, path: string): Promise<DraftView | null> => {
    const draft = await draftOf(db, path);
    if (draft === undefined) return null;
    const files = await filesInForce(db);
    const before = judge(files);
    const pictures = await picturesOf(db, path);
    const loaded = judgeChange(files, changesOf([draft, ...pictures]), manifests);
    const text = isPicture(path) ? '' : textOf(draft.bytes);
    return {
      path,
      kind: isPicture(path) ? 'picture' : 'text',
      text,
      withdraws: draft.bytes === null,
      base: draft.base,
      by: draft.by_account,
      authors: draft.authors.map(({ accountId }) => accountId),
      at: draft.at,
      submitted: draft.submitted,
      note: draft.note,
      version: draft.version,
      sentBack: draft.sent_back_by === null ? null : { by: draft.sent_back_by, note: draft.sent_back_note ?? '' },
      correction: corrects(files, before, path, draft.bytes),
      pictures: pictures.map((picture) => ({ path: picture.path, size: picture.bytes?.byteLength ?? 0 })),
      faults: 'faults' in loaded ? loaded.faults : [],
      diff: isPicture(path) ? '' : unified(path, textOf(files.get(path)?.bytes ?? null), text, 'released', 'draft'),
      affects: await affected(
        db,
        definitionAt(before, path),
        linesWith(caller.grants, 'plant.view', linePlaces(inForce.current().lines)),
      ),
    };
  };
  const withView = async (
    caller: Caller,
    path: string,
    outcome: PlantOutcome<undefined>,
  ): Promise<PlantOutcome<DraftView>> => {
    if (!outcome.ok) return outcome;
    const value = await view(caller, path);
    return value === null
      ? { ok: false, faults: [{ code: 'draft.unknown', params: { path }, field: 'path' }] }
      : { ok: true, value };
  };

  return {
    view,

    save: async (caller, { commandId, path, version, note }, bytes) =>
      withView(
        caller,
        path,
        await change(caller, commandId, { right: 'definition.edit' }, async (act) => {
          if (!isAllowed(path)) refuse('file.path-not-allowed', { path }, 'path');
          const files = await filesInForce(act.tx);
          const known = files.get(path);
          needOn(act, 'definition.edit', path, await namingOf(act.tx, path, bytes), judge(files));
          if (bytes === null && known === undefined) refuse('file.unknown', { path }, 'path');
          if (bytes === null && isDefinition(path)) refuse('definition.not-withdrawn', { path }, 'path');
          const before = version === 0 ? undefined : await seenDraft(act.tx, path, version);
          if (before !== undefined) await needOnDraft(act, 'definition.edit', before);
          else {
            const other = await draftOf(act.tx, path, true);
            if (other !== undefined) refuse('draft.changed', { path, by: other.by_account }, 'version');
          }
          if (bytes !== null && known !== undefined && sha256(bytes) === known.sha256)
            refuse('draft.unchanged', { path }, 'text');
          await writeDraft(act, path, bytes, note, before);
          return undefined;
        }),
      ),

    newRevision: async (caller, { commandId, from, revision }) => {
      const folder = folderOf(from);
      const { id } = definitionAt({ configuration: inForce.current() }, from) ?? { id: '' };
      const to = `definitions/${id}.${revision}/definition.yaml`;
      return withView(
        caller,
        to,
        await change(caller, commandId, { right: 'definition.edit' }, async (act) => {
          const files = await filesInForce(act.tx);
          const source = files.get(from);
          if (source === undefined || !isDefinition(from) || folder === null || id === '') {
            return refuse('file.unknown', { path: from }, 'from');
          }
          needOn(act, 'definition.edit', from, source.bytes, judge(files));
          if (files.has(to)) refuse('definition.revision-exists', { path: to }, 'revision');
          const yaml = parseDocument(textOf(source.bytes));
          yaml.set('revision', revision);
          // Who releases it and when is written when it is ready; until then no unit can be built by it.
          yaml.set('status', 'draft');
          yaml.delete('released');
          await writeDraft(act, to, Buffer.from(yaml.toString({ lineWidth: 0 })), '');
          for (const [path, { bytes }] of files) {
            if (path === from || !path.startsWith(folder)) continue;
            await writeDraft(act, `definitions/${id}.${revision}/${path.slice(folder.length)}`, bytes, '');
          }
          return undefined;
        }),
      );
    },

    async check(paths) {
      const drafts = await db.query<DraftRow>(`${draftSelect} WHERE d.path = ANY($1::text[])`, [paths]);
      const pictures = (await Promise.all(paths.map((path) => picturesOf(db, path)))).flat();
      const loaded = judgeChange(await filesInForce(db), changesOf([...drafts, ...pictures]), manifests);
      return 'faults' in loaded ? loaded.faults : [];
    },

    submit: (caller, { commandId, path, version }) =>
      change(caller, commandId, { right: 'definition.edit' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        await needOnDraft(act, 'definition.edit', draft);
        if (draft.submitted) refuse('draft.submitted', { path });
        await act.tx.execute(
          'UPDATE draft SET submitted = true, sent_back_by = NULL, sent_back_note = NULL WHERE path = $1',
          [path],
        );
        await act.audit({ what: 'draft.submitted', subject: `file:${path}`, before: null, after: { version } });
        await tellChange(act.tx);
        return undefined;
      }),

    drop: (caller, { commandId, path, version }) =>
      change(caller, commandId, { right: 'definition.edit' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        await needOnDraft(act, 'definition.edit', draft);
        await act.tx.execute('DELETE FROM draft WHERE path = $1', [path]);
        await seeAgain(act.tx, path);
        await act.audit({
          what: 'draft.dropped',
          subject: `file:${path}`,
          before: { authors: draft.authors.map(({ accountId }) => accountId), note: draft.note },
          after: null,
        });
        await tellChange(act.tx);
        return undefined;
      }),

    sendBack: (caller, { commandId, path, version, note }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const draft = await seenDraft(act.tx, path, version);
        await needOnDraft(act, 'definition.release', draft);
        if (!draft.submitted) refuse('draft.not-submitted', { path });
        await act.tx.execute(
          'UPDATE draft SET submitted = false, sent_back_by = $2, sent_back_note = $3 WHERE path = $1',
          [path, caller.accountId, note],
        );
        await act.audit({ what: 'draft.sent-back', subject: `file:${path}`, before: null, after: { note } });
        await tellChange(act.tx);
        return undefined;
      }),

    release: (caller, { commandId, path, version, note, also }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const { tx, at } = act;
        await holdHead(tx);
        const asked = [{ path, version }, ...also];
        const drafts: DraftRow[] = [];
        for (const one of asked) {
          if (drafts.some((draft) => draft.path === one.path)) continue;
          const draft = await seenDraft(tx, one.path, one.version);
          await needOnDraft(act, 'definition.release', draft);
          if (!draft.submitted) refuse('draft.not-submitted', { path: one.path });
          drafts.push(draft);
        }
        for (const { path } of asked) {
          for (const picture of await picturesOf(tx, path)) {
            if (!drafts.some((draft) => draft.path === picture.path)) drafts.push(picture);
          }
        }
        for (const draft of drafts) {
          const own = draft.authors.some((author) => samePerson(author, caller));
          if (own) refuse('draft.own', { path: draft.path });
        }
        const files = await filesInForce(tx);
        const before = judge(files);
        const after = judgeChange(files, changesOf(drafts), manifests);
        if ('faults' in after) refuse('draft.faults', { count: after.faults.length });
        const naming = new Map<string, Uint8Array | null>();
        for (const draft of drafts) naming.set(draft.path, await namingOf(tx, draft.path, draft.bytes));
        const releases = drafts.map((draft) => {
          needOn(act, 'definition.release', draft.path, naming.get(draft.path) ?? null, before, after);
          const correction = corrects(files, before, draft.path, draft.bytes);
          const reason = note.trim() === '' ? draft.note : note;
          if (correction && reason.trim() === '') refuse('release.note-missing', { path: draft.path }, 'note');
          keepsRevision(before, draft);
          const kind: ReleaseKind = draft.bytes === null ? 'withdrawal' : correction ? 'correction' : 'release';
          const draftedBy = draft.authors.map(({ accountId }) => accountId).join(', ');
          return {
            path: draft.path,
            kind,
            bytes: draft.bytes,
            draftedBy,
            releasedBy: caller.accountId,
            note: reason,
            sameAs: null,
          };
        });
        await tx.execute('DELETE FROM draft WHERE path = ANY($1::text[])', [drafts.map((draft) => draft.path)]);
        for (const each of releases) {
          await act.audit({
            what: 'file.released',
            subject: `file:${each.path}`,
            before: { sha256: files.get(each.path)?.sha256 ?? null },
            after: {
              sha256: each.bytes === null ? null : sha256(each.bytes),
              kind: each.kind,
              draftedBy: each.draftedBy,
              note: each.note,
            },
          });
        }
        const numbers = await putInForce(tx, at, releases);
        return { release: numbers[0] ?? 0 };
      }).then((outcome) => refreshed(outcome)),

    rollBack: (caller, { commandId, path, to, note }) =>
      change(caller, commandId, { right: 'definition.release' }, async (act) => {
        const { tx, at } = act;
        await holdHead(tx);
        const [row] = await tx.query<{ bytes: Uint8Array }>(
          'SELECT c.bytes FROM release r JOIN release_content c ON c.sha256 = r.sha256 WHERE r.path = $1 AND r.release = $2',
          [path, to],
        );
        if (row === undefined) return refuse('release.unknown', { path, release: to }, 'to');
        const files = await filesInForce(tx);
        const known = files.get(path);
        const before = judge(files);
        needOn(act, 'definition.release', path, isDefinition(path) ? row.bytes : null, before);
        if (known !== undefined && (known.release === to || known.sha256 === sha256(row.bytes))) {
          refuse('release.in-force', { path, release: to }, 'to');
        }
        const after = judgeChange(files, new Map([[path, row.bytes]]), manifests);
        if ('faults' in after) refuse('draft.faults', { count: after.faults.length });
        needOn(act, 'definition.release', path, null, before, after);
        await act.audit({
          what: 'file.rolled-back',
          subject: `file:${path}`,
          before: { release: known?.release ?? null, sha256: known?.sha256 ?? null },
          after: { sameAs: to, sha256: sha256(row.bytes), note },
        });
        const by = caller.accountId;
        const release = {
          path,
          kind: 'roll-back' as const,
          bytes: row.bytes,
          draftedBy: by,
          releasedBy: by,
          note,
          sameAs: to,
        };
        const [number] = await putInForce(tx, at, [release]);
        return { release: number ?? 0 };
      }).then((outcome) => refreshed(outcome)),
  };

  /** This instance knows at once what it released; the others hear of it. */
  async function refreshed<T>(outcome: PlantOutcome<T>): Promise<PlantOutcome<T>> {
    if (outcome.ok) await inForce.refresh();
    return outcome;
  }
}
