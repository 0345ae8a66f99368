import '@fontsource-variable/inter/index.css';
import '../ui/tokens.css';
import '../ui/base.css';
import './plant.css';
import { mount } from 'svelte';
import Shell from './shell/shell.svelte';
import { startPlant } from './state/start.svelte.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
startPlant();
mount(Shell, { target });
