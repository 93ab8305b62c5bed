<?php
/* The review engine from PHP, by FFI: php check.php [LIBRARY [COMMENT]] */
$frg = FFI::cdef(<<<'C'
struct frg_str { const char *p; size_t n; };
struct frg_error { int status; const char *code; size_t pos, column; char msg[160]; };
struct frg_input { struct frg_str text, parent; const void *article; int lang; const void *policy, *model; };
struct frg_evidence { int rule; const char *kind; uint32_t begin, end; float score; struct frg_str reason; };
struct frg_related { bool found; int part; uint32_t begin, end; };
struct frg_review { int lang; float score[6]; bool over[6]; bool off_topic_known; struct frg_related related; int suggestion;
	const struct frg_evidence *evidence; size_t evidence_count; bool evidence_cut; uint32_t patterns_failed; bool rejection_known; float rejection; };
const char *frg_rule_id(int rule);
const char *frg_suggestion_id(int suggestion);
int frg_engine_open(const void *options, void **out, struct frg_error *err);
void frg_engine_close(void *engine);
int frg_workspace_open(const void *engine, void **out, struct frg_error *err);
void frg_workspace_close(void *ws);
int frg_check(const void *engine, void *ws, const struct frg_input *input, struct frg_review *out, struct frg_error *err);
C, $argv[1] ?? 'libfreigabe.so.0');

$comment = $argv[2] ?? 'Ihr seid doch alle gekauft, ihr Idioten!';
$error = $frg->new('struct frg_error');
$engine = $frg->new('void *');
$ws = $frg->new('void *');
$review = $frg->new('struct frg_review');
$input = $frg->new('struct frg_input');
$bytes = FFI::new('char[' . max(1, strlen($comment)) . ']');
FFI::memcpy($bytes, $comment, strlen($comment));
$input->text->p = FFI::cast('char *', FFI::addr($bytes));
$input->text->n = strlen($comment);
if ($frg->frg_engine_open(null, FFI::addr($engine), FFI::addr($error)) != 0 ||
	$frg->frg_workspace_open($engine, FFI::addr($ws), FFI::addr($error)) != 0 ||
	$frg->frg_check($engine, $ws, FFI::addr($input), FFI::addr($review), FFI::addr($error)) != 0) {
	fwrite(STDERR, FFI::string($error->msg) . "\n");
	exit(1);
}
$result = ['scores' => [], 'evidence' => []];
for ($r = 0; $r < 6; $r++)
	$result['scores'][$frg->frg_rule_id($r)] = round($review->score[$r], 4);
for ($i = 0; $i < $review->evidence_count; $i++) {
	$e = $review->evidence[$i];
	$result['evidence'][] = ['rule' => $frg->frg_rule_id($e->rule), 'quote' => substr($comment, $e->begin, $e->end - $e->begin),
		'score' => round($e->score, 4), 'reason' => FFI::string($e->reason->p, $e->reason->n)];
}
$result['suggestion'] = $frg->frg_suggestion_id($review->suggestion);
echo json_encode($result, JSON_UNESCAPED_UNICODE), "\n";
$frg->frg_workspace_close($ws);
$frg->frg_engine_close($engine);
