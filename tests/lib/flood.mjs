// Sends comments as fast as they are answered, over some connections, from as many addresses as is said: a process of
// its own, so that whoever measures beside it is not held up. Prints one JSON object: how many got which status.
import { connect } from 'node:net';

const [port, posts, connections, addresses] = process.argv.slice(2).map(Number);
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
	socket.on('error', (e) => (statuses[e.code] = (statuses[e.code] ?? 0) + 1)).on('close', () => --open || console.log(JSON.stringify(statuses)));
}
for (let i = 0; i < connections; i++)
	one();
