/** Cross-checks of the systems that are told what was produced. */
import type { Integration } from '#contract/config/integration.ts';
import type { Findings, Path, Source } from './finding.ts';

/** The pull interface (`GET /api/v1/confirmations`) is a receiver of that name. */
export const pullTarget = 'pull';

const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

export function checkIntegration(source: Source<Integration>, findings: Findings): void {
  const { file, value } = source;
  const ids = value.targets.map(({ id }) => id);
  findings.unique(file, ids, 'target', (at) => ['targets', at, 'id']);
  value.targets.forEach((target, at) => {
    const path: Path = ['targets', at];
    const fault = (key: string, problem: string, remedy: string): void =>
      findings.add(file, [...path, key], problem, remedy);
    if (target.id === pullTarget)
      fault('id', `"${pullTarget}" is the name of the pull interface`, 'Choose another id.');
    if (target.format === 'json' && target.document !== 'production-performance')
      fault(
        'document',
        `"${target.document}" is a B2MML document, but the format is json`,
        'Choose b2mml-xml or b2mml-json.',
      );
    const calls = target.messages.filter((kind) => kind.startsWith('call-'));
    if (target.format !== 'json' && calls.length > 0)
      fault(
        'messages',
        `${calls.join(', ')} cannot be told as ${target.format}: B2MML has no word for a call`,
        'Write a target of its own for calls, with `format: json`.',
      );
    const url = parseUrl(target.url);
    if (url === null) {
      fault('url', `"${target.url}" is no address`, 'Write it in full, e.g. https://erp.example.com/linewright.');
      return;
    }
    if (url.credentials) fault('url', 'the address has a name or password in it', 'Use authorizationVariable.');
    if (url.scheme === 'http' && !target.allowPlain && !local.test(url.host)) {
      fault(
        'url',
        `${target.url} is not encrypted`,
        'Use https, or set allowPlain: true where the network is trusted.',
      );
    }
  });
}

/** What the rules look at; the runtime's own parser is the judge when the address is used. */
function parseUrl(text: string): { scheme: string; host: string; credentials: boolean } | null {
  const match = /^(https?):\/\/([^/?#\s]+)(?:[/?#]\S*)?$/i.exec(text);
  if (!match) return null;
  const [, scheme = '', authority = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(authority.slice(at + 1))?.[1];
  return host === undefined ? null : { scheme: scheme.toLowerCase(), host, credentials: at !== -1 };
}
