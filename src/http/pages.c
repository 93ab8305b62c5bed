/* Answers that many requests share: made once with their compressed forms, then handed to
 * libmicrohttpd without a copy. */
#include "http/inner.h"

#include "base/id.h"

#include <brotli/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum form { PLAIN, GZIP, BROTLI, FORMS };
enum { WORTH_COMPRESSING = 600 };

struct http_page {
	atomic_int refs;
	unsigned status;
	struct MHD_Response *full[FORMS], *unchanged[FORMS];
	str bytes[FORMS]; /* what full[] holds and frees */
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

static bool brotli(str in, unsigned char **out, size_t *size)
{
	*size = BrotliEncoderMaxCompressedSize(in.n);
	*out = malloc(*size);
	if (!*out)
		BUG("out of memory");
	return BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, in.n, (const uint8_t *)in.p, size, *out);
}

static void must(enum MHD_Result result)
{
	if (result != MHD_YES)
		BUG("out of memory");
}

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

/* `data` is taken over. */
static void add_form(struct http_page *p, const struct http_page_spec *spec, enum form form, unsigned char *data,
                     size_t size)
{
	static const char *const codings[] = {NULL, "gzip", "br"};
	unsigned char *fitting = realloc(data, size ? size : 1);
	data = fitting ? fitting : data;
	p->bytes[form] = (str){(char *)data, size};
	p->full[form] = MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);
	p->unchanged[form] = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
	if (!p->full[form] || !p->unchanged[form])
		BUG("out of memory");
	add_headers(p->full[form], spec, p->etag[form]);
	add_headers(p->unchanged[form], spec, p->etag[form]);
	must(MHD_add_response_header(p->full[form], "Content-Type", spec->content_type));
	if (codings[form])
		must(MHD_add_response_header(p->full[form], "Content-Encoding", codings[form]));
}

struct http_page *http_page_new(const struct http_page_spec *spec)
{
	static const char *const suffixes[] = {"", "-g", "-b"};
	struct http_page *p = calloc(1, sizeof *p);
	unsigned char *plain = malloc(spec->body.n + 1), *packed = NULL;
	char hash[HASH_TEXT_SIZE];
	size_t size;
	if (!p || !plain)
		BUG("out of memory");
	if (spec->body.n)
		memcpy(plain, spec->body.p, spec->body.n);
	hash_text(spec->body, hash);
	for (int i = 0; i < FORMS; i++)
		snprintf(p->etag[i], sizeof p->etag[i], "%.16s%s", hash, suffixes[i]);
	atomic_init(&p->refs, 1);
	p->status = spec->status ? spec->status : 200;
	add_form(p, spec, PLAIN, plain, spec->body.n);
	if (!spec->compress || spec->body.n < WORTH_COMPRESSING || spec->body.n > UINT32_MAX / 2)
		return p;
	if (gzip(spec->body, &packed, &size) && size < spec->body.n)
		add_form(p, spec, GZIP, packed, size);
	else
		free(packed);
	if (brotli(spec->body, &packed, &size) && size < spec->body.n)
		add_form(p, spec, BROTLI, packed, size);
	else
		free(packed);
	return p;
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
		if (!p->full[i])
			continue;
		MHD_destroy_response(p->full[i]);
		MHD_destroy_response(p->unchanged[i]);
	}
	free(p);
}

unsigned page_status(const struct http_page *p) { return p->status; }

static enum MHD_Result copy_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	return MHD_add_response_header(cls, name, value);
}

/* With headers of this request's own: a response of its own, but still on the shared bytes. */
static enum MHD_Result queue_with_headers(struct http_request *req, struct MHD_Response *shared, str bytes)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(bytes.n, (void *)(bytes.p ? bytes.p : ""),
	                                                         MHD_RESPMEM_PERSISTENT);
	if (!r)
		BUG("out of memory");
	MHD_get_response_headers(shared, copy_header, r);
	for (struct header *h = req->headers; h; h = h->next)
		must(MHD_add_response_header(r, h->name, h->value));
	enum MHD_Result result = MHD_queue_response(req->connection, req->status, r);
	MHD_destroy_response(r);
	return result;
}

static enum form choose(const struct http_page *p, str accepts)
{
	if (p->full[BROTLI] && decode_accepts(accepts, STR("br")))
		return BROTLI;
	return p->full[GZIP] && decode_accepts(accepts, STR("gzip")) ? GZIP : PLAIN;
}

enum MHD_Result page_queue(struct http_request *req)
{
	struct http_page *p = req->page;
	str known = http_header(req, "If-None-Match");
	enum form form = choose(p, http_header(req, "Accept-Encoding"));
	bool unchanged = known.n && p->status == 200 && req->method == HTTP_GET &&
	                 decode_etag_matches(known, str_of(p->etag[form]));
	struct MHD_Response *shared = unchanged ? p->unchanged[form] : p->full[form];
	req->status = unchanged ? 304 : p->status;
	req->answer = unchanged ? STR_NONE : p->bytes[form];
	return req->headers ? queue_with_headers(req, shared, req->answer)
	                    : MHD_queue_response(req->connection, req->status, shared);
}
