/* Kind and size of a picture, so that pages can reserve its place. Reads headers only. */
#include "article/picture.h"

static unsigned byte(str s, size_t at) { return at < s.n ? (unsigned char)s.p[at] : 0; }
static int big16(str s, size_t at) { return (int)(byte(s, at) << 8 | byte(s, at + 1)); }

/* From marker to marker until the frame header, which has the size. */
static bool read_jpeg(str s, struct picture *out)
{
	size_t at = 2;
	while (at + 9 < s.n) {
		if (byte(s, at) != 0xff)
			return false;
		unsigned marker = byte(s, at + 1);
		if (marker == 0xff) {
			at++;
			continue;
		}
		bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
		if (frame) {
			*out = (struct picture){STR("image/jpeg"), big16(s, at + 7), big16(s, at + 5)};
			return out->width > 0 && out->height > 0;
		}
		int length = big16(s, at + 2);
		if (length < 2)
			return false;
		at += 2 + (size_t)length;
	}
	return false;
}

static bool read_png(str s, struct picture *out)
{
	if (s.n < 24 || big16(s, 16) || big16(s, 20))
		return false;
	*out = (struct picture){STR("image/png"), big16(s, 18), big16(s, 22)};
	return out->width > 0 && out->height > 0;
}

static int little(str s, size_t at, int bytes)
{
	int v = 0;
	for (int i = bytes - 1; i >= 0; i--)
		v = v << 8 | (int)byte(s, at + (size_t)i);
	return v;
}

static bool read_webp(str s, struct picture *out)
{
	str chunk = s.n >= 30 ? str_sub(s, 12, 16) : STR("");
	*out = (struct picture){.type = STR("image/webp")};
	if (str_eq(chunk, STR("VP8 "))) {
		out->width = little(s, 26, 2) & 0x3fff;
		out->height = little(s, 28, 2) & 0x3fff;
	} else if (str_eq(chunk, STR("VP8L"))) {
		out->width = (little(s, 21, 2) & 0x3fff) + 1;
		out->height = (little(s, 22, 3) >> 6 & 0x3fff) + 1;
	} else if (str_eq(chunk, STR("VP8X"))) {
		out->width = little(s, 24, 3) + 1;
		out->height = little(s, 27, 3) + 1;
	}
	return out->width > 0 && out->height > 0;
}

bool picture_read(str s, struct picture *out)
{
	if (str_starts(s, STR("\xff\xd8")))
		return read_jpeg(s, out);
	if (str_starts(s, STR("\x89PNG\r\n\x1a\n")))
		return read_png(s, out);
	if (s.n >= 16 && str_starts(s, STR("RIFF")) && str_eq(str_sub(s, 8, 12), STR("WEBP")))
		return read_webp(s, out);
	return false;
}
