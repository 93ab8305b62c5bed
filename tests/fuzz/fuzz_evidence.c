/* A file that somebody says is preserved evidence: whatever it holds, it is refused or judged; and nothing but what
 * the one key here has signed is good. */
#include "service/answer/evidence_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static str secret, key, good;
	static struct arena *kept;
	struct evidence_check check;
	struct frg_error err;
	if (!kept) {
		str signature;
		const str bundle = STR("{\"comment\":{\"id\":\"x\"},\"format\":\"freigabe evidence 1\"}");
		kept = arena_open(1 << 20);
		secret = evidence_secret_new(kept);
		BUG_IF(!evidence_public(kept, secret, &key) || !evidence_sign(kept, secret, bundle, &signature));
		good = evidence_envelope(kept, key, bundle, signature);
	}
	if (size > 1 << 16)
		return 0;
	str in = {(const char *)data, size};
	struct arena *a = arena_open(64 << 20);
	BUG_IF(evidence_check(a, good, key, &check, &err) != FRG_OK || check.verdict != EVIDENCE_GOOD);
	if (evidence_check(a, in, key, &check, &err) == FRG_OK)
		BUG_IF(check.verdict == EVIDENCE_GOOD && !str_eq(check.key, key));
	/* signed by whoever made the input, at best */
	if (evidence_check(a, in, STR(""), &check, &err) == FRG_OK && check.verdict == EVIDENCE_GOOD)
		BUG_IF(check.key.n == 0);
	arena_close(a);
	return 0;
}
