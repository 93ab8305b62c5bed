/* What one decision, one notice, one objection adds to a report's figures. Reads JSON of our own making; what an older
 * program did not write counts as not said. */
#include "service/answer/report_inner.h"

static bool has(const json_t *list, const char *rule)
{
	size_t i;
	const json_t *item;
	json_array_foreach(list, i,
	                   item) if (json_is_string(item) && strcmp(json_string_value(item), rule) == 0) return true;
	return false;
}

/* Which rules the engine had marked passages for. */
static unsigned marked_rules(const json_t *evidence)
{
	unsigned bits = 0;
	size_t i;
	const json_t *item;
	enum frg_rule rule;
	json_array_foreach(evidence, i, item)
	{
		const json_t *name = json_object_get(item, "rule");
		if (json_is_string(name) && frg_rule_from_id(str_of(json_string_value(name)), &rule) && rule != FRG_ENGAGING)
			bits |= 1u << rule;
	}
	return bits;
}

static void add_match(struct report_match *m, bool engine, bool editors)
{
	if (engine)
		*(editors ? &m->hit : &m->false_alarm) += 1;
	else
		*(editors ? &m->miss : &m->quiet) += 1;
}

/* The engine's verdict (what was over its threshold) against that of the persons who decided. One who gave a comment
 * back without naming a rule has not judged it by rules. */
static void compare(struct report_figures *f, enum report_kind kind, unsigned rules, const json_t *over)
{
	bool any = false;
	if (kind == REPORT_RETURN && rules == 0)
		return;
	for (int r = 0; r < FRG_RULE_COUNT; r++) {
		if (r == FRG_ENGAGING)
			continue;
		bool said = has(over, frg_rule_id((enum frg_rule)r));
		any |= said;
		add_match(&f->match[r], said, (rules & 1u << r) != 0);
	}
	add_match(&f->match_any, any, kind != REPORT_RELEASE);
}

static void count_grounds(struct arena *a, struct report_figures *f, enum report_kind kind, unsigned rules,
                          const json_t *detail)
{
	str law = json_str(a, json_object_get(detail, "law"));
	for (int r = 0; r < FRG_RULE_COUNT; r++)
		f->rule[r][kind] += (rules & 1u << r) != 0;
	for (size_t i = 0; letter_laws[i] && i < LETTER_LAWS_MAX; i++)
		f->law[i][kind] += str_eq(law, str_of(letter_laws[i]));
	if (kind == REPORT_SUSPEND)
		*(law.n ? &f->suspended_law : &f->suspended_rules) += 1;
	f->by_notice[kind] += json_object_get(detail, "notice") != NULL;
}

static void count_standing(struct arena *a, const struct store_report_decision *d, enum report_kind kind,
                           const json_t *detail, struct report_figures *f, struct report_tallies *t)
{
	json_t *findings = json_loadb(d->findings.p, d->findings.n, 0, NULL);
	unsigned rules = service_rules_bits(d->rules);
	bool alone = kind == REPORT_RELEASE && d->automatic;
	f->kinds[kind]++;
	f->automatic += alone;
	f->lang[str_eq(json_str(a, json_object_get(findings, "lang")), STR("en"))][kind]++;
	count_grounds(a, f, kind, rules, detail);
	if (kind <= REPORT_RETURN && !alone) {
		tally_add(t->wait, d->decided - d->submitted);
		tally_add(t->wait_of[kind], d->decided - d->submitted);
		compare(f, kind, rules, json_object_get(findings, "over"));
	}
	if (kind == REPORT_REJECT || kind == REPORT_REMOVE) {
		unsigned marked = marked_rules(json_object_get(findings, "evidence"));
		f->refused++;
		f->marked += marked != 0;
		f->marked_rule += (marked & rules) != 0;
	}
	json_decref(findings);
}

void report_count_decision(struct arena *a, const struct store_report_decision *d, struct report_figures *f,
                           struct report_tallies *t)
{
	enum report_kind kind;
	json_t *detail = d->detail.n ? json_loadb(d->detail.p, d->detail.n, 0, NULL) : NULL;
	/* an answer to an objection is counted with the objections, and what was taken back not at all */
	if (d->undone)
		f->taken_back++;
	else if (!json_object_get(detail, "objection") && report_kind_of(d->action, &kind))
		count_standing(a, d, kind, detail, f, t);
	json_decref(detail);
}

/* ---- notices and objections: received in the period, and decided in it, which may be others ---- */

static struct report_notice_kind *notice_kind(struct report_figures *f, str name)
{
	bool plain = name.n > 0 && name.n <= REPORT_NAME_MAX;
	for (size_t i = 0; i < name.n && plain; i++)
		plain = (name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '_';
	if (!plain) /* never a free text, which may name somebody */
		name = STR("other");
	for (;;) {
		for (size_t i = 0; i < f->notice_kinds; i++)
			if (str_eq(name, str_of(f->notice_kind[i].name)))
				return &f->notice_kind[i];
		if (f->notice_kinds < REPORT_NOTICE_KINDS - 1 || str_eq(name, STR("other")))
			break;
		name = STR("other"); /* the last place is for these */
	}
	struct report_notice_kind *k = &f->notice_kind[f->notice_kinds++];
	memcpy(k->name, name.p, name.n);
	return k;
}

void report_count_notice(struct arena *a, const struct report_query *q, const struct store_report_notice *n,
                         struct report_figures *f, struct report_tallies *t)
{
	static const str names[] = {STR_INIT("removed"), STR_INIT("kept"), STR_INIT("moot")};
	if (report_within(q, n->created)) {
		f->notices++;
		notice_kind(f, n->kind)->received++;
	}
	if (n->created < q->to && (n->decided == 0 || n->decided >= q->to))
		f->notices_open++;
	if (n->decided == 0 || !report_within(q, n->decided))
		return;
	tally_add(t->notices, n->decided - n->created);
	for (size_t i = 0; i < REPORT_NOTICE_OUTCOMES; i++)
		if (str_eq(n->outcome, names[i])) {
			f->notices_decided[i]++;
			notice_kind(f, n->kind)->decided[i]++;
		}
	if (!str_eq(n->outcome, names[REPORT_NOTICE_REMOVED]))
		return;
	json_t *detail = n->detail.n ? json_loadb(n->detail.p, n->detail.n, 0, NULL) : NULL;
	*(json_str(a, json_object_get(detail, "law")).n ? &f->notices_by_law : &f->notices_by_rules) += 1;
	json_decref(detail);
}

void report_count_objection(const struct report_query *q, const struct store_report_objection *o,
                            struct report_figures *f, struct report_tallies *t)
{
	static const str names[] = {STR_INIT("upheld"), STR_INIT("changed"), STR_INIT("rejected"), STR_INIT("settled")};
	f->objections += report_within(q, o->created);
	if (o->created < q->to && (o->decided == 0 || o->decided >= q->to))
		f->objections_open++;
	if (o->decided == 0 || !report_within(q, o->decided))
		return;
	for (size_t i = 0; i < REPORT_OUTCOMES; i++)
		f->objections_decided[i] += str_eq(o->state, names[i]);
	if (!str_eq(o->state, names[OUTCOME_SETTLED])) /* the author's new text was released: nobody answered */
		tally_add(t->objections, o->decided - o->created);
}
