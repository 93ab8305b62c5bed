/* A statement of reasons as the API of the European Commission's DSA Transparency Database takes it (version 2 of the
 * API, in force since 1 July 2025; Article 24(5) of Regulation (EU) 2022/2065). Fields, values and limits are those of
 *   https://transparency.dsa.ec.europa.eu/page/api-documentation and
 *   https://github.com/digital-services-act/transparency-database:
 *   resources/markdown/api-documentation-two.md (commit ea91090), the validation rules of the Statement…StoreRequest
 *   classes in app/Http/Requests, and app/Services/EuropeanCountriesService.php (commit 0f6fa11).
 * tests/lib/dsa_statement.schema.json says the same as a JSON schema, written from these sources and not from here. */
#ifndef EXCHANGE_DSA_STATEMENT_H
#define EXCHANGE_DSA_STATEMENT_H

#include "base/json.h"
#include "service/answer/report.h"

/* Made of rules, laws and times alone. `terms_url` may be empty. */
json_t *dsa_statement(struct arena *a, const struct report_statement *s, enum frg_lang lang, str terms_url);
/* FRG_INVALID report_statement, with the field and what is wrong with it. */
MUST_CHECK enum frg_status dsa_statement_check(const json_t *statement, struct frg_error *err);
/* All that we may send, in the documentation's order; NULL ends. */
extern const char *const dsa_statement_fields[];

#endif
