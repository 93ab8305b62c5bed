#!/usr/bin/env python3
"""Every error code that the server can answer with has its sentence in each language, every message key that a
script uses exists, and none is left over."""
import json, pathlib, re, sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else '.')
# seen by administrators at a terminal only, in English
TERMINAL = {'site_invalid', 'store_url', 'store_missing', 'store_open', 'schema_newer', 'schema_changed', 'threads',
            'login_taken', 'password_short', 'purge_invalid', 'files', 'store_unsuitable', 'picture_missing', 'notice_missing', 'listen', 'http_listen', 'schema_older',
            'store_in_use', 'file_foreign', 'file_log', 'copy_half', 'copy_not_empty', 'copy_moved', 'copy_text',
            'copy_differs', 'backup_exists', 'backup_running', 'backup_chain', 'restore_exists'}
problems, used = [], set()
texts = {lang: {} for lang in ('de', 'en')}
for lang in texts:
    for f in sorted((root / 'i18n').glob(f'*.{lang}.json')):
        texts[lang].update(json.loads(f.read_text(encoding='utf-8')))
if set(texts['de']) != set(texts['en']):
    problems.append(f'only in one language: {sorted(set(texts["de"]) ^ set(texts["en"]))}')
for path in sorted((root / 'src').rglob('*.c')):
    text = path.read_text(encoding='utf-8')
    for code in re.findall(r'FRG_[A-Z_]+,\s*"([a-z0-9_]+)"', text):
        used.add('error.' + code)
        if code not in TERMINAL and 'error.' + code not in texts['de'] and path.parts[-2] not in ('cli', 'base', 'review', 'text', 'learn'):
            problems.append(f'{path}: no sentence for error code {code}')
for path in sorted((root / 'web').glob('*/*.ts*')) + sorted((root / 'web').glob('*/*/*.ts*')):
    if 'node_modules' in path.parts:
        continue
    for key in re.findall(r"\bt\(\s*['\"]([a-z0-9_.]+)['\"]", path.read_text(encoding='utf-8')):
        if not any(key in texts['de'] or p + key in texts['de'] for p in ('widget.', 'desk.', 'figures.')):
            problems.append(f'{path}: no text for {key}')
print('\n'.join(problems) if problems else f'{len(texts["de"])} texts in each language')
sys.exit(1 if problems else 0)
