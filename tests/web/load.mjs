// Bundles one of the web's TypeScript modules and imports it, so that node can test it.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../../web/', import.meta.url));
const { build } = createRequire(web + 'package.json')('esbuild');

export async function load(module) {
	const { outputFiles } = await build({
		absWorkingDir: web, entryPoints: [module], bundle: true, write: false, format: 'esm', target: 'node18',
		jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'silent',
	});
	return import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].text).toString('base64'));
}
