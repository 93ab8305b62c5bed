#!/usr/bin/env python3
"""Starts a PostgreSQL server of its own (a folder in the temporary one, a Unix socket, fsync on) and runs a command with
FREIGABE_TEST_POSTGRES=postgres://…/ that names it, without a database; stops it then. Without a command: prints that
address once the server is ready, and stops it when standard input ends. Not as root: PostgreSQL refuses.
FREIGABE_SHARED_POSTGRES names a server that is there already (tools/test.py starts one for all its tests): that one is
given, as making a new one takes longer than most tests. Whoever wants options of their own (--NAME=VALUE) gets a new one."""
import os, pathlib, pwd, shutil, signal, subprocess, sys, tempfile, urllib.parse

def tool(name):
    found = sorted(pathlib.Path('/usr/lib/postgresql').glob('*/bin/' + name))
    if not found:
        sys.exit(f'there is no {name}: install postgresql (tools/packages.txt)')
    return str(found[-1])

def as_user(folder):
    """What to put before a command so that it does not run as root."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam('postgres')
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--']

def start(folder, options):
    before = as_user(folder)
    data, log = f'{folder}/data', f'{folder}/log'
    quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder)
    subprocess.run(before + [tool('initdb'), '-D', data, '-U', 'freigabe', '-A', 'trust', '-E', 'UTF8', '--locale', 'C',
                             '--no-sync'], check=True, **quiet)
    settings = ['listen_addresses=', 'unix_socket_directories=' + folder, 'max_connections=200', 'shared_buffers=64MB',
                *options]
    subprocess.run(before + [tool('pg_ctl'), '-D', data, '-l', log, '-w', '-t', '60', '-o',
                             ' '.join(f"-c {s.split('=')[0]}='{s.split('=', 1)[1]}'" for s in settings), 'start'],
                   check=True, **quiet)
    return lambda: subprocess.run(before + [tool('pg_ctl'), '-D', data, '-m', 'immediate', '-w', 'stop'], **quiet)

def use(url, command):
    if command:
        return subprocess.run(command, env={**os.environ, 'FREIGABE_TEST_POSTGRES': url}).returncode
    print(url, flush=True)
    sys.stdin.read()
    return 0

def main():
    arguments = sys.argv[1:]
    options = [arguments.pop(0)[2:] for _ in range(len(arguments)) if arguments and arguments[0].startswith('--')]
    shared = os.environ.get('FREIGABE_SHARED_POSTGRES')
    if shared and not options:
        return use(shared, arguments)
    folder = tempfile.mkdtemp(prefix='freigabe-pg-')
    stop = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        stop = start(folder, options)
        return use(f'postgres://freigabe@{urllib.parse.quote(folder, safe="")}/', arguments)
    finally:
        if stop:
            stop()
        shutil.rmtree(folder, ignore_errors=True)

sys.exit(main())
