// Type-checks and bundles what runs in the browser:
//   node build.mjs OUTDIR [--depfile FILE] [--only NAME,…] [--no-check]
// Leaves site.css, widget.js, desk.js, desk.css, figures.js, figures.css and favicon.svg in OUTDIR. Must not reach the
// network: everything comes from this folder, node_modules and ../i18n.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const web = dirname(fileURLToPath(import.meta.url));
const i18n = resolve(web, '../i18n');

const ENTRIES = {
	'site.css': 'site/site.css',
	'widget.js': 'widget/index.ts',
	'desk.js': 'desk/index.tsx',
	'desk.css': 'desk/desk.css',
	'figures.js': 'desk/views/figures_page.tsx', // a module that the desk imports when it is needed
	'figures.css': 'desk/figures.css',
	'favicon.svg': 'site/favicon.svg',
};

function usage(why) {
	console.error(`build.mjs: ${why}\nusage: node build.mjs OUTDIR [--depfile FILE] [--only NAME,…] [--no-check]`);
	process.exit(2);
}

function options(args) {
	const o = { out: '', depfile: '', only: Object.keys(ENTRIES), check: true };
	while (args.length) {
		const arg = args.shift();
		if (arg === '--depfile') o.depfile = args.shift() ?? usage('--depfile needs a file');
		else if (arg === '--only') o.only = (args.shift() ?? usage('--only needs names')).split(',');
		else if (arg === '--no-check') o.check = false;
		else if (arg.startsWith('-') || o.out) usage(`unexpected ${arg}`);
		else o.out = resolve(arg);
	}
	if (!o.out) usage('where to?');
	for (const name of o.only) if (!(name in ENTRIES)) usage(`${name} is not made here`);
	return o;
}

// Both languages must have the same keys, all with the area's prefix, and the same placeholders.
function checkStrings(area) {
	const [de, en] = ['de', 'en'].map((lang) =>
		JSON.parse(readFileSync(join(i18n, `${area}.${lang}.json`), 'utf8')));
	const holes = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
	const problems = [];
	for (const key of new Set([...Object.keys(de), ...Object.keys(en)])) {
		if (!key.startsWith(area + '.')) problems.push(`${key}: not ${area}.…`);
		else if (!de[key] || !en[key]) problems.push(`${key}: only in one language, or empty`);
		else if (holes(de[key]) !== holes(en[key])) problems.push(`${key}: placeholders differ`);
	}
	if (problems.length) throw new Error(`i18n/${area}.*.json:\n  ${problems.join('\n  ')}`);
}

// import css from './x.css?text' gives the minified sheet as a string: the widget carries its own
// look onto pages of other hosts.
const cssText = {
	name: 'css-text',
	setup(b) {
		b.onResolve({ filter: /\.css\?text$/ }, (args) => ({
			path: resolve(args.resolveDir, args.path.replace(/\?text$/, '')), namespace: 'css-text',
		}));
		b.onLoad({ filter: /.*/, namespace: 'css-text' }, async (args) => {
			const css = readFileSync(args.path, 'utf8');
			const { code } = await transform(css, { loader: 'css', minify: true, target: 'es2020' });
			return { contents: code.trim(), loader: 'text', watchFiles: [args.path] };
		});
	},
};

// i18n/AREA.LANG.json is bundled with the keys of its own area only (widget., desk.).
const strings = {
	name: 'strings',
	setup(b) {
		b.onLoad({ filter: /\/i18n\/[a-z]+\.(de|en)\.json$/ }, (args) => {
			const area = /([a-z]+)\.(?:de|en)\.json$/.exec(args.path)[1];
			const all = JSON.parse(readFileSync(args.path, 'utf8'));
			const kept = Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith(area + '.')));
			return { contents: JSON.stringify(kept), loader: 'json' };
		});
	},
};

async function bundle(name, out) {
	const result = await build({
		absWorkingDir: web,
		entryPoints: [ENTRIES[name]],
		outfile: join(out, name),
		bundle: true,
		minify: true,
		charset: 'utf8',
		target: 'es2020',
		format: name === 'figures.js' ? 'esm' : 'iife',
		legalComments: 'none',
		jsx: 'automatic',
		jsxImportSource: 'preact',
		metafile: true,
		logLevel: 'warning',
		plugins: [cssText, strings],
	});
	return Object.keys(result.metafile.inputs)
		.map((input) => resolve(web, input.replace(/^[a-z-]+:/, '').replace(/\?text$/, '')));
}

function typecheck() {
	const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
	execFileSync(process.execPath, [tsc, '--noEmit', '-p', web], { stdio: 'inherit' });
}

// All of them, for the check of types reads more than what ends up in a bundle.
function sources(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		return entry.isDirectory() ? sources(path) : [path];
	});
}

function writeDepfile(file, out, inputs) {
	const escape = (path) => relative(process.cwd(), path).replace(/[ #]/g, '\\$&').replace(/\$/g, '$$$$');
	const own = ['build.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'].map((f) => join(web, f));
	const folders = ['widget', 'desk', 'site'].flatMap((folder) => sources(join(web, folder)));
	const all = [...new Set([...inputs, ...folders, ...own])].sort();
	writeFileSync(file, `${escape(join(out, Object.keys(ENTRIES)[0]))}: ${all.map(escape).join(' ')}\n`);
}

const o = options(process.argv.slice(2));
try {
	mkdirSync(o.out, { recursive: true });
	if (o.only.includes('widget.js')) checkStrings('widget');
	if (o.only.includes('desk.js')) checkStrings('desk');
	if (o.only.includes('figures.js')) checkStrings('figures');
	if (o.check) typecheck();
	const inputs = [];
	for (const name of o.only) {
		if (name.endsWith('.svg')) {
			copyFileSync(join(web, ENTRIES[name]), join(o.out, name));
			inputs.push(join(web, ENTRIES[name]));
		} else {
			inputs.push(...await bundle(name, o.out));
		}
	}
	if (o.depfile) writeDepfile(o.depfile, o.out, inputs);
} catch (e) {
	if (!('errors' in e) && e.status === undefined) console.error(`build.mjs: ${e.message}`);
	process.exit(1);
}
