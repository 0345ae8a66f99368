import { hash } from '@node-rs/argon2';
import { CannotRunError, exitFaults, exitFine, type Command } from './command.ts';

export const pin: Command = {
  name: 'pin',
  summary: 'makes the hash of a PIN for people.yaml; the PIN is read from the keyboard or standard input',
  help: `Usage: linewright pin [--json]

Asks for a PIN (4 to 12 digits, not shown), twice, and prints its argon2id hash: the value of \`pinHash\` in people.yaml.
Without a terminal the first line of standard input is the PIN. It is never taken from the command line, where others
could read it.

  --json   {"pinHash"}
  --help   this text`,
  options: {},
  positionals: 0,
  async run({ json }, io) {
    const terminal = process.stdin.isTTY;
    const first = terminal ? await ask('PIN: ', io.err) : await firstLine();
    if (!/^\d{4,12}$/.test(first)) {
      io.err('A PIN has 4 to 12 digits and nothing else.\n');
      return exitFaults;
    }
    if (terminal && (await ask('Again: ', io.err)) !== first) {
      io.err('The two PINs differ; nothing was made.\n');
      return exitFaults;
    }
    const pinHash = await hash(first);
    io.out(json ? `${JSON.stringify({ pinHash })}\n` : `${pinHash}\n`);
    return exitFine;
  },
};

async function firstLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > 1_000) break;
  }
  return (text.split('\n')[0] ?? '').trim();
}

/** Reads a line without showing it. */
function ask(question: string, show: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const { stdin } = process;
    let typed = '';
    // Before the question: whoever types fast must not see it echoed.
    stdin.setRawMode(true);
    show(question);
    stdin.setEncoding('utf8');
    stdin.resume();
    const end = (finish: () => void): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      show('\n');
      finish();
    };
    const onData = (data: string): void => {
      for (const key of data) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed));
        if (key === '\u0003' || key === '\u0004')
          return end(() => reject(new CannotRunError('given up; nothing was made')));
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    stdin.on('data', onData);
  });
}
