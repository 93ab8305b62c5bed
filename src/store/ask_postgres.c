/* Questions to PostgreSQL that are sent before their answers are wanted (store/db.h, db_ask): kept by the statement's
 * text, its values and whose they are, until they are fetched. */
#include "store/wire_postgres.h"

static struct buf args_text(const struct db_value *args, size_t count)
{
	struct buf out = BUF_INIT(1 << 20);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&out, "%d %lld %zu ", (int)args[i].kind, (long long)args[i].i, args[i].s.n);
		buf_add(&out, args[i].s);
	}
	return out;
}

/* Places are given anew only when no answer is on its way to one. */
void ask_forget(struct postgres *pg)
{
	for (size_t i = 0; i < pg->asked_count; i++) {
		PQclear(pg->asked[i].result);
		buf_free(&pg->asked[i].args);
		pg->asked[i] = (struct asked){0};
	}
	if (pg->awaiting == 0)
		pg->asked_count = 0;
}

void ask_send(struct postgres *pg, struct cached *c, const struct db_value *args, size_t count)
{
	struct frg_error later;
	if (pg->asked_count == WIRE_ASKED || pg->awaiting >= WIRE_AHEAD)
		return;
	struct asked *a = &pg->asked[pg->asked_count];
	*a = (struct asked){.sql = c->sql, .whose = pg->whose, .args = args_text(args, count)};
	if (a->args.cut || wire_send(pg, &later, c, args, count, a) != FRG_OK) {
		buf_free(&a->args);
		*a = (struct asked){0};
		return;
	}
	pg->asked_count++;
}

static struct asked *place_of(struct postgres *pg, const char *sql, const struct db_value *args, size_t count)
{
	struct asked *found = NULL;
	struct buf text = {0};
	for (size_t i = 0; i < pg->asked_count && !found; i++) {
		struct asked *a = &pg->asked[i];
		if (a->sql != sql || a->whose != pg->whose)
			continue;
		if (!text.p)
			text = args_text(args, count);
		if (a->args.n == text.n && memcmp(a->args.p, text.p, text.n) == 0)
			found = a;
	}
	buf_free(&text);
	return found;
}

bool ask_fetch(struct postgres *pg, const char *sql, const struct db_value *args, size_t count, PGresult **result,
               enum frg_status *st, struct frg_error *err)
{
	struct asked *a = place_of(pg, sql, args, count);
	if (!a)
		return false;
	*st = !a->result && pg->awaiting ? wire_sync(pg, err, NULL) : FRG_OK;
	if (*st != FRG_OK)
		return true;
	*result = a->result;
	buf_free(&a->args);
	*a = (struct asked){0};
	return *result != NULL;
}
