// A mail server for the tests of one file; its letters as they come.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// `config`: what the server under test is told; `letters`: as smtp_peer.py prints them.
export async function startPeer() {
	const peer = spawn('/usr/bin/python3', [fileURLToPath(new URL('smtp_peer.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: peer.stdout }), letters = [];
	const port = await new Promise((done, fail) => {
		lines.once('line', done);
		peer.once('exit', () => fail(new Error('the mail server of the test ended')));
	});
	lines.on('line', (line) => letters.push(JSON.parse(line)));
	return { letters, end: () => peer.stdin.end(), config: { smtp: `smtp://127.0.0.1:${port}`, smtp_tls: 'off', mail_from: 'redaktion@paper.example' } };
}
