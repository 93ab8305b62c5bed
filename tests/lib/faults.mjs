// Makes a server's calls fail, its disk wait and its clock wrong: builds faults.c, and changes the file that the
// preloaded library reads. Works on programs without a sanitizer, which brings its own malloc and clock.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary } from './server.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'faults.c');
export const KINDS = ['memory', 'open', 'read', 'write', 'sync', 'truncate', 'map', 'accept', 'epoll', 'receive', 'send', 'thread', 'step'];
export const ERRNO = { EIO: 5, EINTR: 4, EAGAIN: 11, ENOMEM: 12, EMFILE: 24, ENOSPC: 28, EROFS: 30, ECONNRESET: 104 };
export const SQLITE = { BUSY: 5, NOMEM: 7, IOERR: 10, FULL: 13 };

const HEAD = 5, FIELDS = 5;

// Says why faults cannot be made here, or false.
export function unable() {
	const bin = readFileSync(binary());
	if (bin.includes('__asan_init') || bin.includes('__tsan_init'))
		return 'a sanitizer brings its own malloc and clock';
	return spawnSync('cc', ['--version']).status === 0 ? false : 'there is no C compiler';
}

export class Faults {
	// `folder`: whose files are concerned; all below it.
	constructor(folder) {
		this.dir = mkdtempSync(join(tmpdir(), 'freigabe-faults-'));
		this.library = join(this.dir, 'faults.so');
		const built = spawnSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', this.library, source, '-ldl'], { encoding: 'utf8' });
		if (built.status !== 0)
			throw new Error(built.stderr);
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
