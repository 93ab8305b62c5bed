"""A mail server for tests: prints its port, then each letter as a line of JSON. Refuses whom the local part names:
"nobody" for good, "later" the first time."""
import asyncio, email, email.policy, json, sys
from aiosmtpd.smtp import SMTP

class Handler:
    seen = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody@'):
            return '550 no such person'
        if address.startswith('later@') and address not in self.seen:
            self.seen.add(address)
            return '451 try again'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        m = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({'to': envelope.rcpt_tos, 'from': envelope.mail_from, 'subject': m['Subject'], 'id': m['Message-ID'],
                          'text': m.get_content()}), flush=True)
        return '250 OK'

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname='peer'), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the test lets go

asyncio.run(main())
