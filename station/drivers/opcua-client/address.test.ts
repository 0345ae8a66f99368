import fc from 'fast-check';
import { resolveNodeId } from 'node-opcua-client';
import { describe, expect, it } from 'vitest';
import { checkAddress, parseAddress, resolveAddress } from './address.ts';

describe('addresses', () => {
  it.each([
    ['nsu=urn:press;s=Ram.Force', { namespaceUri: 'urn:press', identifier: 's=Ram.Force' }],
    ['nsu=http://a.b/c?x=1;i=17', { namespaceUri: 'http://a.b/c?x=1', identifier: 'i=17' }],
    ['nsu=urn:a;s=with;s=semicolons', { namespaceUri: 'urn:a', identifier: 's=with;s=semicolons' }],
    ['i=2258', { namespaceUri: null, identifier: 'i=2258' }],
    [
      'nsu=urn:a;g=09087e75-8e5e-499b-954f-f2a9603db28a',
      { namespaceUri: 'urn:a', identifier: 'g=09087e75-8e5e-499b-954f-f2a9603db28a' },
    ],
    ['nsu=urn:a;b=AQL/', { namespaceUri: 'urn:a', identifier: 'b=AQL/' }],
  ])('%s', (address, expected) => {
    expect(parseAddress(address)).toEqual(expected);
    expect(checkAddress(address)).toBeNull();
  });

  it.each([
    '',
    'Ram.Force',
    'nsu=urn:a',
    'nsu=;s=a',
    'nsu=urn:a;s=',
    'i=-1',
    'i=4294967296',
    'i=a',
    'g=1',
    'b=?',
    'nsu=urn:a;x=1',
  ])('refuses %j and says what to write', (address) => {
    expect(checkAddress(address)).toContain('=');
  });

  it('refuses a bare index and says why', () => {
    expect(checkAddress('ns=2;s=Ram.Force')).toContain('nsu=');
  });

  it('never throws, whatever is written', () => {
    fc.assert(fc.property(fc.string(), (text) => void checkAddress(text)));
    fc.assert(fc.property(fc.string(), (text) => void checkAddress(`nsu=${text}`)));
  });

  it('names the same node whatever the index is', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.webUrl(), { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        fc.string({ minLength: 1, maxLength: 40 }),
        (namespaces, pick, name) => {
          const uri = namespaces[pick % namespaces.length] ?? '';
          const parsed = parseAddress(`nsu=${uri};s=${name}`);
          if (typeof parsed === 'string') throw new Error(parsed);
          const nodeId = resolveNodeId(resolveAddress(parsed, ['http://opcfoundation.org/UA/', ...namespaces]) ?? '');
          expect(nodeId.namespace).toBe((pick % namespaces.length) + 1);
          expect(nodeId.value).toBe(name);
        },
      ),
    );
  });

  it('has no node id where the server does not have the namespace', () => {
    expect(resolveAddress({ namespaceUri: 'urn:x', identifier: 's=a' }, ['urn:y'])).toBeNull();
  });
});
