/** The one page that the host writes itself: for a browser that was not opened from the printed address. */
import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; font: 20px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 2rem; padding: 2rem;
  background: #e7e9eb; color: #14181c; }
section { max-width: 34rem; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
p { margin: 0; }
@media (prefers-color-scheme: dark) { body { background: #191d21; color: #eef1f4; } }
`;

export const notStartedHerePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'`;

export const notStartedHerePage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Linewright</title>
<style>${style}</style></head>
<body>
<section lang="en"><h1>Open the station from its printed address</h1>
<p>Linewright prints an address when it starts (it begins with http:// and holds “token=”). Each printed address opens
one browser, once. Copy the newest one from the window where Linewright runs; if it was used already, start
Linewright again to get a new one.</p></section>
<section lang="de"><h1>Station über die ausgegebene Adresse öffnen</h1>
<p>Beim Start gibt Linewright eine Adresse aus (sie beginnt mit http:// und enthält „token=“). Jede Adresse öffnet
einen Browser, ein einziges Mal. Die neueste Adresse aus dem Fenster kopieren, in dem Linewright läuft; wurde sie
schon benutzt, Linewright neu starten und die neue Adresse verwenden.</p></section>
</body></html>
`;
