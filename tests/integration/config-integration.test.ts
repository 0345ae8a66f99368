/** integration.yaml: targets that do not fit together or would give a secret away. */
import { describe } from 'vitest';
import { expectFaults } from './config-kit.ts';

const target = (text: string): string => `targets: [{ ${text} }]`;

describe('integration', () => {
  expectFaults(
    [
      {
        name: 'two targets alike',
        to: 'targets: [{ id: erp, url: "https://a.example" }, { id: erp, url: "https://b.example" }]',
        problem: /target "erp" is used twice/,
        remedy: /once/,
      },
      {
        name: 'the name of the pull interface',
        to: target('id: pull, url: "https://a.example"'),
        problem: /"pull" is the name of the pull interface/,
        remedy: /another id/,
      },
      {
        name: 'no address',
        to: target('id: erp, url: erp.example.com'),
        problem: /is no address/,
        remedy: /in full/,
      },
      {
        name: 'another kind of address',
        to: target('id: erp, url: "file:///etc/passwd"'),
        problem: /is no address/,
        remedy: /https/,
      },
      {
        name: 'not encrypted',
        to: target('id: erp, url: "http://10.0.0.7/x"'),
        problem: /is not encrypted/,
        remedy: /allowPlain/,
      },
      {
        name: 'a password in the address',
        to: target('id: erp, url: "https://me:secret@erp.example.com"'),
        problem: /has a name or password in it/,
        remedy: /authorizationVariable/,
      },
      {
        name: 'a secret in the file',
        to: target('id: erp, url: "https://a.example", secretVariable: s3cr3t'),
        problem: /secretVariable/,
        remedy: /never in a file/,
      },
      {
        name: 'a variable of another program',
        to: target('id: erp, url: "https://a.example", authorizationVariable: AWS_SECRET_ACCESS_KEY'),
        problem: /authorizationVariable/,
        remedy: /LINEWRIGHT_INTEGRATION_/,
      },
      {
        name: 'a document of B2MML as JSON of our own',
        to: target('id: erp, url: "https://a.example", document: job-response'),
        problem: /is a B2MML document/,
        remedy: /b2mml-xml/,
      },
    ].map((each) => ({ ...each, file: 'integration.yaml', from: 'targets: []', at: each.to })),
  );
});
