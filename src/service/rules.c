/* Sets of rules, as bits and as the text that a decision keeps. */
#include "service/inner.h"

#include "base/buf.h"

str service_rules_text(struct arena *a, unsigned rules)
{
	struct buf b = BUF_INIT(256);
	for (int i = 0; i < FRG_RULE_COUNT; i++) {
		if (!(rules & 1u << i))
			continue;
		if (b.n)
			buf_byte(&b, ',');
		buf_add(&b, str_of(frg_rule_id((enum frg_rule)i)));
	}
	return buf_finish(&b, a);
}

unsigned service_rules_bits(str text)
{
	unsigned bits = 0;
	str part;
	enum frg_rule rule;
	while (str_next(&text, ',', &part))
		if (frg_rule_from_id(part, &rule))
			bits |= 1u << rule;
	return bits;
}
