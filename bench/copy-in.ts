/** COPY ... FROM STDIN on a `pg` client, which has none itself: one text in the format of COPY, sent whole. */
import pg from 'pg';

interface Wire {
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** @param rows lines in COPY's text format, each ended by \n. */
export function copyIn(client: pg.Client, table: string, rows: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // What `pg` asks of anything that is put into its queue (pg/lib/client.js).
    const submittable = {
      submit: (wire: Wire) => wire.query(`COPY ${table} FROM STDIN`),
      handleCopyInResponse(wire: Wire) {
        wire.sendCopyFromChunk(rows);
        wire.endCopyFrom();
      },
      handleCommandComplete() {},
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
    };
    client.query(submittable as unknown as pg.Submittable);
  });
}

/** A value of a text column in COPY's text format (PostgreSQL manual, COPY, Text Format). */
export const copyText = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
