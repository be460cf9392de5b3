// Runs a program in Node.js as the worker does.
import * as fs from 'node:fs';

import { easeEvents } from 'client/worker/border.ts';

globalThis.fs = fs;
const go = new globalThis.Go();
easeEvents(go);
go.exit = process.exit;
const program = fs.readFileSync(process.argv[2]);
const { instance } = await WebAssembly.instantiate(program, go.importObject);
await go.run(instance);
