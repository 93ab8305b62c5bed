/* The review engine from C: cc check.c $(pkg-config --cflags --libs freigabe) */
#include <freigabe.h>

#include <stdio.h>
#include <string.h>

static struct frg_str text(const char *s) { return (struct frg_str){s, strlen(s)}; }

static void print(const struct frg_review *r, const char *comment)
{
	for (int k = 0; k < FRG_RULE_COUNT; k++)
		if (k != FRG_OFF_TOPIC || r->off_topic_known)
			printf("%-12s %.2f\n", frg_rule_id((enum frg_rule)k), (double)r->score[k]);
	for (size_t i = 0; i < r->evidence_count; i++) {
		const struct frg_evidence *e = &r->evidence[i];
		printf("%u-%u \"%.*s\": %.*s\n", (unsigned)e->begin, (unsigned)e->end, (int)(e->end - e->begin),
		       comment + e->begin, (int)e->reason.n, e->reason.p);
	}
	printf("suggestion: %s\n", frg_suggestion_id(r->suggestion));
}

int main(int argc, char **argv)
{
	const char *comment = argc > 1 ? argv[1] : "Ihr seid doch alle gekauft, ihr Idioten!";
	struct frg_engine *engine;
	struct frg_workspace *ws = NULL;
	struct frg_review review;
	struct frg_error err;
	enum frg_status status = frg_engine_open(NULL, &engine, &err);
	if (status == FRG_OK)
		status = frg_workspace_open(engine, &ws, &err);
	if (status == FRG_OK)
		status = frg_check(engine, ws, &(struct frg_input){.text = text(comment)}, &review, &err);
	if (status == FRG_OK)
		print(&review, comment);
	else
		fprintf(stderr, "%s: %s\n", frg_status_name(status), err.msg);
	frg_workspace_close(ws);
	frg_engine_close(engine);
	return status == FRG_OK ? 0 : 1;
}
