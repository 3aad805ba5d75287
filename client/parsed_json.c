#include "client/parsed.h"
#include "proto/json.h"
#include "worker/engine/names.h"
#include "worker/engine/tag.h"

static void key_str(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_str(j, s);
}

static void key_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

static void key_span(struct json *j, const char *key, struct span s)
{
	json_key(j, key);
	json_open(j, '[');
	json_uint(j, s.start);
	json_uint(j, s.end);
	json_close(j, ']');
}

static void add_token(struct json *j, const struct doc *d, uint32_t i)
{
	const struct token *t = &d->tokens[i];

	json_open(j, '{');
	key_str(j, "form", doc_text(d, i, 1));
	key_str(j, "lemma", t->lemma);
	key_str(j, "upos", str_of(upos_name((enum upos)t->upos)));
	key_str(j, "xpos", str_of(tag_xpos_name(t->xpos)));
	key_str(j, "feats", tag_feats_name(d->model, t->feats));
	key_int(j, "head", t->head);
	key_str(j, "rel", str_of(t->head < 0 ? "root" : rel_name((enum rel)t->rel)));
	if (t->ner)
		key_str(j, t->ner_begin ? "name" : "name_inside", str_of(names_type(d, i)));
	key_span(j, "span", t->span);
	json_close(j, '}');
}

static void add_sentences(struct json *j, const struct doc *d)
{
	static const char *const KINDS[] = {"plain", "headline", "caption"};

	json_key(j, "sentences");
	json_open(j, '[');
	for (uint32_t k = 0; k < d->n_sentences; k++) {
		const struct sentence *s = &d->sentences[k];

		json_open(j, '{');
		key_span(j, "span", s->span);
		key_int(j, "paragraph", s->paragraph);
		key_str(j, "kind", str_of(KINDS[s->kind]));
		key_int(j, "first_token", s->tok);
		json_key(j, "tokens");
		json_open(j, '[');
		for (uint32_t i = 0; i < s->n_tok; i++)
			add_token(j, d, s->tok + i);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void add_mentions(struct json *j, const struct doc *d)
{
	json_key(j, "mentions");
	json_open(j, '[');
	for (uint32_t i = 0; i < d->n_mentions; i++) {
		const struct mention *m = &d->mentions[i];

		json_open(j, '{');
		key_str(j, "text", doc_text(d, m->tok, m->n_tok));
		key_span(j, "span", doc_span(d, m->tok, m->n_tok));
		key_int(j, "entity", m->entity);
		key_str(j, "code", m->code);
		key_str(j, "role", m->role);
		json_key(j, "place");
		json_bool(j, m->is_place);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "entities");
	json_open(j, '[');
	for (uint32_t i = 0; i < d->n_entities; i++) {
		const struct entity *en = &d->entities[i];

		json_open(j, '{');
		key_int(j, "id", i);
		key_str(j, "name", en->name);
		key_str(j, "kind", str_of(entity_kind_name(en->kind)));
		key_str(j, "code", en->code);
		key_str(j, "role", en->role);
		key_str(j, "rule", en->rule);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void add_attributions(struct json *j, const struct doc *d)
{
	json_key(j, "attributions");
	json_open(j, '[');
	for (uint32_t i = 0; i < d->n_attributions; i++) {
		const struct attribution *x = &d->attributions[i];

		json_open(j, '{');
		key_str(j, "cue", x->cue < 0 ? STR("") : doc_text(d, (uint32_t)x->cue, 1));
		key_str(j, "content", doc_text(d, x->content, x->n_content));
		key_span(j, "span", doc_span(d, x->content, x->n_content));
		key_int(j, "source", x->source_entity);
		key_int(j, "parent", x->parent);
		json_key(j, "direct");
		json_bool(j, x->direct);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void add_times(struct json *j, const struct doc *d)
{
	json_key(j, "times");
	json_open(j, '[');
	for (uint32_t i = 0; i < d->n_timexes; i++) {
		const struct timex *t = &d->timexes[i];

		json_open(j, '{');
		key_str(j, "text", doc_text(d, t->tok, t->n_tok));
		key_span(j, "span", doc_span(d, t->tok, t->n_tok));
		key_str(j, "value", t->value);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void parsed_json(const struct doc *d, struct buf *out)
{
	struct json j = {.out = out};

	json_open(&j, '{');
	json_key(&j, "doc");
	json_open(&j, '{');
	key_str(&j, "id", d->meta.id);
	key_str(&j, "title", d->meta.title);
	key_str(&j, "date", d->meta.date);
	json_close(&j, '}');
	add_sentences(&j, d);
	add_mentions(&j, d);
	add_attributions(&j, d);
	add_times(&j, d);
	json_close(&j, '}');
	buf_add_str(out, STR("\n"));
}
