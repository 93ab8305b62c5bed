#!/usr/bin/env python3
"""The review engine from Python, by ctypes: check.py [LIBRARY [COMMENT]]"""
import ctypes as c
import json
import sys


class Str(c.Structure):
    _fields_ = [('p', c.c_char_p), ('n', c.c_size_t)]


class Text(c.Structure):  # a string that the library owns: not NUL-terminated
    _fields_ = [('p', c.c_void_p), ('n', c.c_size_t)]


class Error(c.Structure):
    _fields_ = [('status', c.c_int), ('code', c.c_char_p), ('pos', c.c_size_t), ('column', c.c_size_t), ('msg', c.c_char * 160)]


class Input(c.Structure):
    _fields_ = [('text', Str), ('parent', Str), ('article', c.c_void_p), ('lang', c.c_int), ('policy', c.c_void_p),
                ('model', c.c_void_p)]


class Evidence(c.Structure):
    _fields_ = [('rule', c.c_int), ('kind', c.c_char_p), ('begin', c.c_uint32), ('end', c.c_uint32), ('score', c.c_float),
                ('reason', Text)]


class Related(c.Structure):
    _fields_ = [('found', c.c_bool), ('part', c.c_int), ('begin', c.c_uint32), ('end', c.c_uint32)]


RULES = 6


class Review(c.Structure):
    _fields_ = [('lang', c.c_int), ('score', c.c_float * RULES), ('over', c.c_bool * RULES), ('off_topic_known', c.c_bool),
                ('related', Related), ('suggestion', c.c_int), ('evidence', c.POINTER(Evidence)), ('evidence_count', c.c_size_t),
                ('evidence_cut', c.c_bool), ('patterns_failed', c.c_uint32), ('rejection_known', c.c_bool), ('rejection', c.c_float)]


class Engine:
    """One engine may serve many threads; each needs a workspace of its own (here: one)."""

    def __init__(self, library='libfreigabe.so.0'):
        self.lib = c.CDLL(library)
        for name in ('frg_rule_id', 'frg_suggestion_id', 'frg_engine_id', 'frg_lang_id'):
            getattr(self.lib, name).restype = c.c_char_p
        self.lib.frg_engine_id.argtypes = [c.c_void_p]
        self.engine, self.workspace, self.error = c.c_void_p(), c.c_void_p(), Error()
        self.must(self.lib.frg_engine_open(None, c.byref(self.engine), c.byref(self.error)))
        self.must(self.lib.frg_workspace_open(self.engine, c.byref(self.workspace), c.byref(self.error)))

    def must(self, status):
        if status != 0:
            raise ValueError(self.error.msg.decode())

    def check(self, text):
        data, review = text.encode(), Review()
        given = Input(text=Str(data, len(data)))
        self.must(self.lib.frg_check(self.engine, self.workspace, c.byref(given), c.byref(review), c.byref(self.error)))
        return {
            'lang': self.lib.frg_lang_id(review.lang).decode(),
            'scores': {self.lib.frg_rule_id(r).decode(): round(review.score[r], 4) for r in range(RULES)},
            'evidence': [{'rule': self.lib.frg_rule_id(e.rule).decode(), 'quote': data[e.begin:e.end].decode(),
                          'score': round(e.score, 4), 'reason': c.string_at(e.reason.p, e.reason.n).decode()}
                         for e in review.evidence[:review.evidence_count]],
            'suggestion': self.lib.frg_suggestion_id(review.suggestion).decode(),
        }

    def close(self):
        self.lib.frg_workspace_close(self.workspace)
        self.lib.frg_engine_close(self.engine)


if __name__ == '__main__':
    engine = Engine(*sys.argv[1:2])
    print(json.dumps(engine.check(' '.join(sys.argv[2:]) or 'Ihr seid doch alle gekauft, ihr Idioten!'), ensure_ascii=False))
    engine.close()
