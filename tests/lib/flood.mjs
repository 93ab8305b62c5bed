// Sends comments as fast as they are answered, over some connections, from as many addresses as is said: a process of
// its own, so that whoever measures beside it is not held up. Prints one JSON object: how many got which status.
// To port 0 they go to nobody: this process refuses them itself, as late as Freigabe does.
import { connect, createServer } from 'node:net';

let [port, posts, connections, addresses] = process.argv.slice(2).map(Number);
const LATE_MS = 50;
const nobody = createServer((socket) => {
	let rest = '';
	socket.setEncoding('latin1').on('error', () => {}).on('data', (text) => {
		rest += text;
		const end = rest.indexOf('\r\n\r\n');
		if (end >= 0 && rest.length >= end + 4 + Number(/content-length: (\d+)/i.exec(rest)[1])) {
			rest = '';
			setTimeout(() => socket.write('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n'), LATE_MS);
		}
	});
});
const statuses = {};
let sent = 0, open = connections;

const address = (n) => `10.${n >> 16 & 255}.${n >> 8 & 255}.${n & 255}`;
function next() {
	const n = sent++;
	const body = JSON.stringify({ name: `Flut ${n % 997}`, text: `Das ist der Beitrag Nummer ${n}, und er sagt zu der Brücke nichts, was nicht schon ${n % 13} Leute gesagt hätten.` });
	return `POST /v1/articles/bruecke/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Forwarded-For: ${address((Math.imul(n, 2654435761) >>> 0) % addresses)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function one() {
	const socket = connect(port, '127.0.0.1');
	let rest = '';
	const go = () => (sent < posts ? socket.write(next()) : socket.end());
	socket.setEncoding('latin1').on('connect', go).on('data', (text) => {
		rest += text;
		const end = rest.indexOf('\r\n\r\n');
		if (end < 0)
			return;
		const length = Number(/content-length: (\d+)/i.exec(rest)?.[1] ?? 0);
		if (rest.length < end + 4 + length)
			return;
		const status = rest.slice(9, 12);
		statuses[status] = (statuses[status] ?? 0) + 1;
		rest = '';
		go();
	});
	socket.on('error', (e) => (statuses[e.code] = (statuses[e.code] ?? 0) + 1)).on('close', () => {
		if (--open)
			return;
		console.log(JSON.stringify(statuses));
		nobody.close();
	});
}
if (port === 0) {
	await new Promise((ready) => nobody.listen(0, '127.0.0.1', ready));
	port = nobody.address().port;
}
for (let i = 0; i < connections; i++)
	one();
