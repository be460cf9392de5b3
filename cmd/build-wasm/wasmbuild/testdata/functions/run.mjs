// Runs a program in Node.js as the worker does.
import { readFileSync } from 'node:fs';

import { easeEvents } from 'client/worker/border.ts';

const go = new globalThis.Go();
easeEvents(go);
go.exit = process.exit;
const program = readFileSync(process.argv[2]);
const { instance } = await WebAssembly.instantiate(program, go.importObject);
await go.run(instance);
