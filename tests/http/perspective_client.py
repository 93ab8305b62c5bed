#!/usr/bin/python3
"""Google's own client library against the server, as programs made for Perspective use it; called by
perspective.test.mjs with port and key. Prints what it got as JSON; fails by an exception."""
import inspect
import json
import sys

from googleapiclient import discovery, errors

port, key = sys.argv[1:]


def client(developer_key):
    # newer versions carry documents of their own, and must be told to ask; Debian 12's always asks
    asks = {'static_discovery': False} if 'static_discovery' in inspect.signature(discovery.build).parameters else {}
    return discovery.build(
        'commentanalyzer', 'v1alpha1', developerKey=developer_key, cache_discovery=False,
        discoveryServiceUrl=f'http://127.0.0.1:{port}/$discovery/rest?version=v1alpha1', **asks)


def refused(call):
    try:
        call.execute()
    except errors.HttpError as e:
        return {'status': e.resp.status, 'reason': str(e), 'details': json.loads(e.content)['error'].get('details')}
    raise AssertionError('was not refused')


api = client(key)
comment = {'text': '🙂 Du bist ein Idiot!'}
print(json.dumps({
    'analyze': api.comments().analyze(body={
        'comment': comment, 'languages': ['de'], 'clientToken': 'a b', 'spanAnnotations': True,
        'requestedAttributes': {'TOXICITY': {}, 'THREAT': {}}}).execute(),
    'suggest': api.comments().suggestscore(body={
        'comment': comment, 'clientToken': 'c', 'communityId': 'python',
        'attributeScores': {'TOXICITY': {'summaryScore': {'value': 0.9, 'type': 'PROBABILITY'}}}}).execute(),
    'language': refused(api.comments().analyze(body={
        'comment': comment, 'languages': ['fr'], 'requestedAttributes': {'TOXICITY': {}}})),
    'key': refused(client('x' * 43).comments().analyze(body={'comment': comment, 'requestedAttributes': {'TOXICITY': {}}})),
}))
