#include "worker/engine/tag.h"

#include "worker/engine/model.h"

static const char *const XPOS_NAMES[N_XPOS] = {
#define X(name, text) [XPOS_##name] = text,
	XPOS_LIST(X)
#undef X
};

const char *tag_xpos_name(unsigned xpos)
{
	return xpos < N_XPOS ? XPOS_NAMES[xpos] : "_";
}

enum xpos tag_xpos_of(struct str name)
{
	for (int i = 0; i < N_XPOS; i++)
		if (str_is(name, XPOS_NAMES[i]))
			return (enum xpos)i;
	return XPOS_NONE;
}

struct str tag_feats_name(const struct image *model, unsigned feats)
{
	struct str s = image_section(model, "net");
	const struct net_header *h = (const void *)s.p;
	const char *p, *end, *nl;

	if (s.n < sizeof(*h) || h->feats > s.n || h->feats_bytes > s.n - h->feats)
		return STR("_");
	p = s.p + h->feats;
	end = p + h->feats_bytes;
	for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL; p = nl + 1)
		if (feats-- == 0)
			return (struct str){p, (size_t)(nl - p)};
	return STR("_");
}
