import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { lockDataFolder } from '#station/store/data-lock.ts';
import { DataFolderError, DataInUseError, messageOf } from '#station/store/errors.ts';
import { enrol as enrolAt, normalCode, serverOrigin } from '#station/sync/enrolment.ts';
import { CannotRunError, exitFaults, exitFine, exitUsage, textOption, type Command } from './command.ts';
import { dataOptions, dataOptionsHelp } from './data-folder.ts';
import { stationFolder } from './station-folder.ts';

export const enrol: Command = {
  name: 'enrol',
  summary: 'links a station to a plant server by a code of the plant view',
  help: `Usage: linewright enrol --server URL --code CODE [--ca FILE] [--data DIR] [--config DIR] [--station ID] [--json]

Makes a key for the station and proves with the code (plant view, Stations; good once, 15 minutes) that it belongs to the
plant. Address and key are kept in the data folder (server.json, server.key). The station must not be running on the same
data; on a running station use Settings, Plant server.

  --server URL    e.g. https://plant.example:8443
  --code CODE     XXXX-XXXX
  --ca FILE       PEM of the authority that signed the server's certificate, where the system does not know it;
                  without it server-ca.pem of the data folder, where it is
${dataOptionsHelp}
  --json          {"folder", "stationId", "server", "keyId", "error"}
  --help          this text`,
  options: { ...dataOptions, server: { type: 'string' }, code: { type: 'string' }, ca: { type: 'string' } },
  positionals: 0,
  async run(input, io) {
    const [address, typed] = [textOption(input, 'server'), textOption(input, 'code')];
    if (address === null || typed === null) {
      io.err('enrol needs --server URL and --code CODE\n');
      return exitUsage;
    }
    const origin = serverOrigin(address);
    if (origin === null) {
      io.err(`--server ${address} is no address of a server; give scheme, name and port only\n`);
      return exitUsage;
    }
    const code = normalCode(typed);
    if (code === null) {
      io.err(`--code ${typed} is no code; it has eight characters, as XXXX-XXXX\n`);
      return exitUsage;
    }
    const { folder, stationId, plantId } = await stationFolder(input);
    const ca = textOption(input, 'ca');
    const release = lock(folder);
    try {
      const { enrolment } = await enrolAt(folder, {
        origin,
        code,
        plantId,
        stationId,
        version: packageJson.version,
        caFile: ca === null ? null : resolve(ca),
        now: Date.now(),
      });
      const { keyId } = enrolment;
      if (input.json) io.out(`${JSON.stringify({ folder, stationId, server: origin, keyId, error: null }, null, 2)}\n`);
      else io.out(`${folder}: station ${stationId} belongs to ${origin} now, with key ${keyId}\n`);
      return exitFine;
    } catch (error) {
      const problem = messageOf(error);
      if (input.json) {
        io.out(`${JSON.stringify({ folder, stationId, server: origin, keyId: null, error: problem }, null, 2)}\n`);
      } else io.out(`${origin} did not take station ${stationId}: ${problem}\n`);
      return exitFaults;
    } finally {
      release();
    }
  },
};

function lock(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true });
    const held = lockDataFolder(folder);
    return () => held.release();
  } catch (error) {
    if (error instanceof DataFolderError || error instanceof DataInUseError) throw new CannotRunError(error.message);
    throw new CannotRunError(`data folder ${folder} cannot be made: ${messageOf(error)}`);
  }
}
