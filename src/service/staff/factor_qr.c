/* A QR code as the path of an SVG: what a screen shows and a camera reads. Modules are libqrencode's. */
#include "service/staff/factor.h"

#include "base/buf.h"

#include <qrencode.h>

enum { QR_QUIET = 4 /* modules of white around it, as the standard has it */, QR_PATH_MAX = 1 << 17 };

/* Runs of dark modules in a row, each one rectangle. */
static void add_row(struct buf *b, const QRcode *qr, int y)
{
	for (int x = 0; x < qr->width; x++) {
		int from = x;
		while (x < qr->width && (qr->data[y * qr->width + x] & 1))
			x++;
		if (x > from)
			buf_printf(b, "M%d %dh%dv1h-%dz", from + QR_QUIET, y + QR_QUIET, x - from, x - from);
	}
}

str qr_path(struct arena *a, str text, int *size)
{
	QRcode *qr = QRcode_encodeString8bit(arena_cstr(a, text), 0, QR_ECLEVEL_L);
	*size = 0;
	if (!qr)
		return STR(""); /* longer than any code holds: the text is there all the same */
	struct buf b = BUF_INIT(QR_PATH_MAX);
	for (int y = 0; y < qr->width; y++)
		add_row(&b, qr, y);
	*size = qr->width + 2 * QR_QUIET;
	QRcode_free(qr);
	return buf_finish(&b, a);
}
