import '@fontsource-variable/inter/index.css';
import '../ui/tokens.css';
import '../ui/base.css';
import { mount } from 'svelte';
import { startStation } from '../state/station.svelte.ts';
import Shell from '../screens/shell/shell.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
startStation();
mount(Shell, { target });
