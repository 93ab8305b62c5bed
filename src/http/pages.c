/* Answers that many requests share: made once, handed to libmicrohttpd without a copy. A compressed form is made when
 * the first request takes it, by the thread that answers that one; the others wait for it. Of a large page brotli's
 * first form is a hasty one, a tenth larger and made in a third of the time; the same thread makes the better one when
 * it has answered. */
#include "http/inner.h"

#include <brotli/encode.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum form { PLAIN, GZIP, BROTLI, HASTY, FORMS };
enum { WORTH_COMPRESSING = 600, WORTH_HASTE = 128 << 10, NAME_SIZE = 17 /* of an ETag, with its end */ };

struct http_page {
	atomic_int refs;
	unsigned status;
	pthread_mutex_t making; /* a form */
	_Atomic(struct MHD_Response *) full[FORMS];
	struct MHD_Response *unchanged[FORMS];
	str bytes[FORMS];            /* what full[] holds and, unless it is borrowed, frees; there once full[] is */
	atomic_bool possible[FORMS]; /* there, or to be made when asked for */
	char etag[FORMS][20];
};

static bool gzip(str in, unsigned char **out, size_t *size)
{
	z_stream z = {0};
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	size_t room = deflateBound(&z, in.n);
	*out = malloc(room);
	if (!*out)
		BUG("out of memory");
	z.next_in = (z_const Bytef *)in.p;
	z.avail_in = (unsigned)in.n;
	z.next_out = *out;
	z.avail_out = (unsigned)room;
	bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
	*size = z.total_out;
	deflateEnd(&z);
	return done;
}

static bool brotli_at(int quality, str in, unsigned char **out, size_t *size)
{
	*size = BrotliEncoderMaxCompressedSize(in.n);
	*out = malloc(*size);
	if (!*out)
		BUG("out of memory");
	return BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, in.n, (const uint8_t *)in.p, size,
	                             *out);
}

static bool brotli(str in, unsigned char **out, size_t *size) { return brotli_at(5, in, out, size); }
static bool brotli_hasty(str in, unsigned char **out, size_t *size) { return brotli_at(2, in, out, size); }

static void must(enum MHD_Result result)
{
	if (result != MHD_YES)
		BUG("out of memory");
}

typedef bool packer(str in, unsigned char **out, size_t *size);
static packer *const packers[] = {[GZIP] = gzip, [BROTLI] = brotli, [HASTY] = brotli_hasty};
static const char *const codings[] = {NULL, "gzip", "br", "br"};

static void add_headers(struct MHD_Response *r, const struct http_page_spec *spec, const char *etag)
{
	static const char vary[] = "Vary";
	char quoted[24];
	snprintf(quoted, sizeof quoted, "\"%s\"", etag);
	must(MHD_add_response_header(r, "ETag", quoted));
	must(MHD_add_response_header(r, vary, "Accept-Encoding"));
	if (spec->cache_control)
		must(MHD_add_response_header(r, "Cache-Control", spec->cache_control));
	for (size_t i = 0; spec->headers && spec->headers[i]; i++) {
		const char *colon = strstr(spec->headers[i], ": ");
		BUG_IF(!colon);
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)(colon - spec->headers[i]), spec->headers[i]);
		must(MHD_add_response_header(r, name, colon + 2));
	}
}

static struct MHD_Response *response(str bytes, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(bytes.n, (void *)(bytes.p ? bytes.p : ""), mode);
	if (!r)
		BUG("out of memory");
	return r;
}

static enum MHD_Result copy_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	return MHD_add_response_header(cls, name, value);
}

static void make_plain(struct http_page *p, const struct http_page_spec *spec)
{
	str body = spec->body;
	if (!spec->lasting) {
		char *copy = malloc(body.n + 1);
		if (!copy)
			BUG("out of memory");
		if (body.n)
			memcpy(copy, body.p, body.n);
		body.p = copy;
	}
	struct MHD_Response *r = response(body, spec->lasting ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
	add_headers(r, spec, p->etag[PLAIN]);
	must(MHD_add_response_header(r, "Content-Type", spec->content_type));
	p->bytes[PLAIN] = body;
	atomic_init(&p->full[PLAIN], r);
}

/* BLAKE2b, which takes a seventh of SHA-256's time. */
static void name_bytes(str body, char out[NAME_SIZE])
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
	sodium_bin2hex(out, NAME_SIZE, hash, NAME_SIZE / 2);
}

struct http_page *http_page_new(const struct http_page_spec *spec)
{
	static const char *const suffixes[] = {"", "-g", "-b", "-h"};
	struct http_page *p = calloc(1, sizeof *p);
	char hash[NAME_SIZE];
	if (!p)
		BUG("out of memory");
	if (!spec->etag)
		name_bytes(spec->body, hash);
	pthread_mutex_init(&p->making, NULL);
	atomic_init(&p->refs, 1);
	p->status = spec->status ? spec->status : 200;
	for (int i = 0; i < FORMS; i++) {
		bool worth = spec->compress && spec->body.n >= WORTH_COMPRESSING && spec->body.n <= UINT32_MAX / 2;
		atomic_init(&p->possible[i], i == PLAIN || (worth && (i != HASTY || spec->body.n >= WORTH_HASTE)));
		snprintf(p->etag[i], sizeof p->etag[i], "%.16s%s", spec->etag ? spec->etag : hash, suffixes[i]);
		if (!p->possible[i])
			continue;
		p->unchanged[i] = response(STR_NONE, MHD_RESPMEM_PERSISTENT);
		add_headers(p->unchanged[i], spec, p->etag[i]);
	}
	make_plain(p, spec);
	return p;
}

/* What all forms of a page say of it stands in the answer without a body. */
static void make_packed(struct http_page *p, enum form form)
{
	unsigned char *packed = NULL;
	size_t size = 0;
	bool smaller = packers[form](p->bytes[PLAIN], &packed, &size) && size < p->bytes[PLAIN].n;
	if (!smaller) {
		free(packed);
		atomic_store(&p->possible[form], false);
		return;
	}
	unsigned char *fitting = realloc(packed, size);
	p->bytes[form] = (str){(char *)(fitting ? fitting : packed), size};
	struct MHD_Response *r = response(p->bytes[form], MHD_RESPMEM_MUST_FREE);
	MHD_get_response_headers(p->unchanged[form], copy_header, r);
	must(MHD_add_response_header(r, "Content-Type", MHD_get_response_header(p->full[PLAIN], "Content-Type")));
	must(MHD_add_response_header(r, "Content-Encoding", codings[form]));
	atomic_store(&p->full[form], r);
}

struct http_page *http_page_ref(struct http_page *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void http_page_unref(struct http_page *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (int i = 0; i < FORMS; i++) {
		if (p->full[i])
			MHD_destroy_response(p->full[i]);
		if (p->unchanged[i])
			MHD_destroy_response(p->unchanged[i]);
	}
	pthread_mutex_destroy(&p->making);
	free(p);
}

size_t page_size(const struct http_page *page) { return page->bytes[PLAIN].n; }

unsigned page_status(const struct http_page *p) { return p->status; }

/* With headers of this request's own: a response of its own, but still on the shared bytes. */
static enum MHD_Result queue_with_headers(struct http_request *req, struct MHD_Response *shared, str bytes)
{
	struct MHD_Response *r = response(bytes, MHD_RESPMEM_PERSISTENT);
	MHD_get_response_headers(shared, copy_header, r);
	for (struct header *h = req->headers; h; h = h->next)
		must(MHD_add_response_header(r, h->name, h->value));
	enum MHD_Result result = MHD_queue_response(req->connection, req->status, r);
	MHD_destroy_response(r);
	return result;
}

/* Once: a page is looked at several times on its way out. */
static void read_wishes(struct http_request *req)
{
	if (req->wishes_read)
		return;
	str accepts = http_header(req, "Accept-Encoding");
	for (enum form form = GZIP; form <= BROTLI; form++)
		req->takes[form] = accepts.n && decode_accepts(accepts, str_of(codings[form]));
	req->known = http_header(req, "If-None-Match");
	req->wishes_read = true;
}

/* The better one, once it is there; whoever knows one of both is to be told so. */
static enum form choose_brotli(struct http_request *req, const struct http_page *p)
{
	if (!p->possible[HASTY] || (req->known.n && decode_etag_matches(req->known, str_of(p->etag[BROTLI]))))
		return BROTLI;
	bool knows_hasty = req->known.n && decode_etag_matches(req->known, str_of(p->etag[HASTY]));
	return p->full[BROTLI] && !knows_hasty ? BROTLI : HASTY;
}

static enum form choose(struct http_request *req, const struct http_page *p)
{
	read_wishes(req);
	if (p->possible[BROTLI] && req->takes[BROTLI])
		return choose_brotli(req, p);
	return p->possible[GZIP] && req->takes[GZIP] ? GZIP : PLAIN;
}

static bool is_known(struct http_request *req, const struct http_page *p, enum form form)
{
	read_wishes(req);
	return req->known.n && p->status == 200 && req->method == HTTP_GET &&
	       decode_etag_matches(req->known, str_of(p->etag[form]));
}

bool http_page_ready(struct http_request *req, const struct http_page *p)
{
	enum form form = choose(req, p);
	return p->full[form] || is_known(req, p, form);
}

void page_prepare(struct http_request *req, struct http_page *p)
{
	enum form form;
	while (!p->full[form = choose(req, p)] && !is_known(req, p, form)) {
		pthread_mutex_lock(&p->making);
		if (!p->full[form] && p->possible[form])
			make_packed(p, form);
		pthread_mutex_unlock(&p->making);
	}
}

struct http_page *page_hasty(struct http_request *req)
{
	struct http_page *p = req->page;
	return p && p->full[HASTY] && !p->full[BROTLI] && p->possible[BROTLI] ? http_page_ref(p) : NULL;
}

void page_better(struct http_page *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->making);
	if (!p->full[BROTLI] && p->possible[BROTLI] && p->refs > 1) /* else nobody can ask for it any more */
		make_packed(p, BROTLI);
	pthread_mutex_unlock(&p->making);
	http_page_unref(p);
}

enum MHD_Result page_queue(struct http_request *req)
{
	struct http_page *p = req->page;
	enum form form = choose(req, p);
	bool unchanged = is_known(req, p, form);
	struct MHD_Response *shared = unchanged ? p->unchanged[form] : p->full[form];
	req->status = unchanged ? 304 : p->status;
	req->answer = unchanged ? STR_NONE : p->bytes[form];
	return req->headers ? queue_with_headers(req, shared, req->answer)
	                    : MHD_queue_response(req->connection, req->status, shared);
}
