// Makes a server's calls fail, its disk wait and its clock wrong: builds faults.c, and changes the file that the
// preloaded library reads. A sanitizer brings its own malloc and clock: those of a program with one do not fail.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary } from './server.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'faults.c');
export const KINDS = ['memory', 'open', 'read', 'write', 'sync', 'truncate', 'map', 'accept', 'epoll', 'receive', 'send', 'thread', 'step',
	'lock', 'stat', 'name', 'wait', 'connect', 'ask', 'answer', 'statement',
	'socket', 'watch', 'random', 'bell'];
export const ERRNO = { EINTR: 4, EIO: 5, EAGAIN: 11, ENOMEM: 12, EMFILE: 24, ENOSPC: 28, EROFS: 30, ENOLCK: 37, ECONNRESET: 104, ECONNREFUSED: 111 };
export const SQLITE = { BUSY: 5, NOMEM: 7, IOERR: 10, FULL: 13 };
// As faults.c reads it.
const sqlstate = (code) => parseInt(code, 36);
export const SQLSTATE = { FULL: sqlstate('53100'), SERIALIZATION: sqlstate('40001'), IO: sqlstate('58030'), TERMINATED: sqlstate('57P01') };

const HEAD = 5, FIELDS = 5;

let isSanitized;
export function sanitized() {
	if (isSanitized === undefined) {
		const bin = readFileSync(binary());
		isSanitized = bin.includes('__asan_init') || bin.includes('__tsan_init');
	}
	return isSanitized;
}

// Says why faults cannot be made here, or false.
export function unable() {
	return sanitized() ? 'a sanitizer brings its own malloc and clock' : noCompiler();
}

export function noCompiler() {
	return spawnSync('cc', ['--version']).status === 0 ? false : 'there is no C compiler';
}

// Once for all tests of a process.
let built;
function library() {
	if (built)
		return built;
	const dir = mkdtempSync(join(tmpdir(), 'freigabe-faults-')), path = join(dir, 'faults.so');
	const done = spawnSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', path, source, '-ldl'], { encoding: 'utf8' });
	if (done.status !== 0)
		throw new Error(done.stderr);
	process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
	return (built = path);
}

export class Faults {
	// `folder`: whose files are concerned; all below it.
	constructor(folder) {
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-faults-'));
		this.library = library();
		this.file = join(this.dir, 'control');
		writeFileSync(this.file, Buffer.alloc(8 * (HEAD + FIELDS * KINDS.length)));
		this.fd = openSync(this.file, 'r+');
		this.folder = resolve(folder);
		this.set(2, 1);
	}

	get env() {
		return { LD_PRELOAD: this.library, FAULTS: this.file, FAULTS_DIR: this.folder };
	}

	set(at, value) {
		const b = Buffer.alloc(8);
		b.writeBigInt64LE(BigInt(Math.round(value)));
		writeSync(this.fd, b, 0, 8, at * 8);
	}

	get(at) {
		const b = Buffer.alloc(8);
		readSync(this.fd, b, 0, 8, at * 8);
		return Number(b.readBigInt64LE());
	}

	field(kind, which, value) {
		const at = HEAD + KINDS.indexOf(kind) * FIELDS + which;
		return value !== undefined ? this.set(at, value) : this.get(at);
	}

	// Whatever is to be on the disk waits until it is let go: as long as the test needs, however fast the machine is.
	holdDisk(held) {
		this.set(0, held ? 1 : 0);
	}

	// The same for the database's own file alone; and how many wait for that now.
	holdFile(held) {
		this.set(3, held ? 1 : 0);
	}

	get waitingForFile() {
		return this.get(4);
	}

	// Shifts the wall clock by so much.
	clock(ms) {
		this.set(1, ms);
	}

	// The call number `at` from now on fails, and `more` after it.
	arm(kind, error, at = 1, more = 0) {
		this.field(kind, 1, 0);
		this.field(kind, 0, 0);
		this.field(kind, 4, 0);
		this.field(kind, 3, error);
		this.field(kind, 2, more);
		this.field(kind, 1, at);
	}

	// From now on every call fails.
	fail(kind, error) {
		this.arm(kind, error, 1, 2 ** 40);
	}

	// Nothing of this kind fails any more; how often it did.
	disarm(kind) {
		this.field(kind, 1, 0);
		return this.field(kind, 4);
	}

	fired(kind) {
		return this.field(kind, 4);
	}

	count(kind) {
		this.field(kind, 1, 0);
		this.field(kind, 0, 0);
	}

	counted(kind) {
		return this.field(kind, 0);
	}

	// The machine is well again.
	quiet() {
		this.holdDisk(false);
		this.holdFile(false);
		this.clock(0);
		KINDS.forEach((kind) => this.disarm(kind));
	}

	end() {
		closeSync(this.fd);
		rmSync(this.dir, { recursive: true, force: true });
	}
}
