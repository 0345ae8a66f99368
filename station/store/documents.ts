/** What the server authors and this station keeps a copy of: the newest version of each document, and the cursor. */
import type { DocumentsAnswer } from '#contract/sync/down.ts';
import type { ProjectedDocument, Projection } from './projection.ts';
import { applyDocument } from './read-model.ts';
import type { SqlDb } from './sql-db.ts';

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly body: string;
  readonly receivedAt: number;
}

interface CursorRow {
  readonly cursor: string;
  readonly round: number;
  readonly sweeping: number;
  readonly pulledAt: number;
}

export class DocumentTable {
  readonly #sql: SqlDb;
  readonly #write: (run: () => void) => void;
  readonly #projections: readonly Projection[];

  /** @param write runs in one transaction that is on the disk when it returns. */
  constructor(sql: SqlDb, projections: readonly Projection[], write: (run: () => void) => void) {
    this.#sql = sql;
    this.#projections = projections;
    this.#write = write;
  }

  /** `''` at first; `pulledAt`: UTC ms of the last answer that changed anything. */
  cursor(): { readonly cursor: string; readonly pulledAt: number | null } {
    const row = this.#cursorRow();
    return { cursor: row?.cursor ?? '', pulledAt: row?.pulledAt ?? null };
  }

  /**
   * Keeps the documents and the cursor in one transaction. After a `reset`, what has not come again once `more` is false
   * is gone: it is deleted and among what is returned, with body null.
   * @returns the documents in their order, then what is gone
   * @throws StoreNotWritableError
   */
  apply(answer: DocumentsAnswer, at: number): ProjectedDocument[] {
    const before = this.#cursorRow();
    const sweeping = answer.reset || before?.sweeping === 1;
    const round = (before?.round ?? 0) + (answer.reset ? 1 : 0);
    const told: ProjectedDocument[] = [];
    this.#write(() => {
      for (const { kind, id, version, body } of answer.documents) {
        if (body === null || body === undefined) {
          this.#sql.run('DELETE FROM document WHERE kind = ? AND id = ?', kind, id);
        } else {
          this.#sql.run(
            `INSERT INTO document (kind, id, version, body, receivedAt, round) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, body = excluded.body,
               receivedAt = excluded.receivedAt, round = excluded.round`,
            kind,
            id,
            version,
            JSON.stringify(body),
            at,
            round,
          );
        }
        told.push({ kind, id, version, body: body ?? null, receivedAt: at });
      }
      if (sweeping && !answer.more) {
        const gone = this.#sql.all<Row>('SELECT * FROM document WHERE round < ? ORDER BY kind, id', round);
        for (const { kind, id, version } of gone) told.push({ kind, id, version, body: null, receivedAt: at });
        this.#sql.run('DELETE FROM document WHERE round < ?', round);
      }
      for (const document of told) applyDocument(this.#sql, this.#projections, document);
      this.#sql.run(
        `INSERT INTO document_cursor (id, cursor, round, sweeping, pulledAt) VALUES (1, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET cursor = excluded.cursor, round = excluded.round,
           sweeping = excluded.sweeping, pulledAt = excluded.pulledAt`,
        answer.cursor,
        round,
        sweeping && answer.more ? 1 : 0,
        at,
      );
    });
    return told;
  }

  get(kind: string, id: string): ProjectedDocument | null {
    const row = this.#sql.get<Row>('SELECT * FROM document WHERE kind = ? AND id = ?', kind, id);
    return row === undefined ? null : documentOf(row);
  }

  /** By id. */
  all(kind: string): ProjectedDocument[] {
    return this.#sql.all<Row>('SELECT * FROM document WHERE kind = ? ORDER BY id', kind).map(documentOf);
  }

  /** How many there are of each kind. */
  counts(): Readonly<Record<string, number>> {
    const rows = this.#sql.all<{ kind: string; n: number }>('SELECT kind, count(*) AS n FROM document GROUP BY kind');
    return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
  }

  #cursorRow(): CursorRow | undefined {
    return this.#sql.get<CursorRow>('SELECT cursor, round, sweeping, pulledAt FROM document_cursor WHERE id = 1');
  }
}

const documentOf = ({ kind, id, version, body, receivedAt }: Row): ProjectedDocument => ({
  kind,
  id,
  version,
  body: JSON.parse(body) as unknown,
  receivedAt,
});

/** Every document that is kept, for making the read model again. */
export function* documentsOf(sql: SqlDb): Generator<ProjectedDocument> {
  for (const { kind } of sql.all<{ kind: string }>('SELECT DISTINCT kind FROM document ORDER BY kind')) {
    yield* sql.all<Row>('SELECT * FROM document WHERE kind = ? ORDER BY id', kind).map(documentOf);
  }
}
