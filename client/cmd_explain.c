/* demarche explain: one event or stance with its evidence: the sentence with the words marked that
 * express it, who was meant by which name, the rule that produced it, why this code, and what else
 * was weighed. */
#include <stdlib.h>

#include "client/command.h"
#include "client/entries.h"
#include "client/marks.h"
#include "client/record.h"
#include "client/source.h"
#include "client/table.h"
#include "client/why.h"
#include "proto/result.h"

struct explain {
	struct source_options source;
	struct work_options work;
	bool json, brief;
};

static const struct option_row ROWS[] = {
	{.type = OPTION_INCLUDE,
	 .offset = offsetof(struct explain, source),
	 .include = SOURCE_ROWS},
	{.type = OPTION_INCLUDE, .offset = offsetof(struct explain, work), .include = WORK_ROWS},
	{.name = "brief",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct explain, brief),
	 .help = "without what else was weighed, for which the text is analysed once more"},
	{.name = "json",
	 .type = OPTION_BOOL,
	 .offset = offsetof(struct explain, json),
	 .help = "the whole row as one JSON object"},
	{.type = OPTION_END},
};

const struct option_program PROGRAM_EXPLAIN = {
	.name = "demarche explain",
	.section = "client",
	.synopsis = "ID…",
	.about = "Explains an event (E12) or a stance (S12), as events and stances list them: the "
		 "sentence with the words marked, the actors, the rule behind it, why this code, "
		 "the codebook's lines that name them, and the other types and actors that were "
		 "weighed, with their scores.",
	.rows = ROWS,
};

static const struct {
	const char *type, *meaning;
} MEANINGS[] = {
	{"AGREE", "says it is willing to cooperate later: agrees, promises, accepts, offers"},
	{"CONSULT", "meets, visits, telephones or negotiates"},
	{"SUPPORT", "gives diplomatic backing: praises, endorses, recognises, signs"},
	{"CONCEDE", "yields in words or rules: eases, apologises, pardons, announces a withdrawal"},
	{"COOPERATE", "exchanges with another side: joint action, trade, joint exercises"},
	{"AID", "gives material help: money, arms, relief, asylum"},
	{"RETREAT", "yields in fact: withdraws, releases, disarms, keeps a ceasefire, resigns"},
	{"REQUEST", "asks, demands, calls for, urges or orders"},
	{"ACCUSE", "criticises, condemns, accuses, charges or investigates"},
	{"REJECT", "refuses, declines, vetoes, denies"},
	{"THREATEN", "warns of consequences or threatens"},
	{"PROTEST", "demonstrates, strikes, riots or boycotts"},
	{"SANCTION", "cuts back relations: sanctions, expels diplomats, stops aid, convicts"},
	{"MOBILIZE", "deploys, alerts or exercises its own forces"},
	{"COERCE", "represses or forces without bodily harm: arrests, seizes, restricts, hacks"},
	{"ASSAULT", "uses force that can do serious bodily harm"},
};

static const char *meaning_of(struct str type)
{
	for (size_t i = 0; i < sizeof(MEANINGS) / sizeof(*MEANINGS); i++)
		if (str_is(type, MEANINGS[i].type))
			return MEANINGS[i].meaning;
	return "";
}

static struct span span_of(const json_t *row, const char *start, const char *end)
{
	return (struct span){(uint32_t)row_int(row, start), (uint32_t)row_int(row, end)};
}

static bool same_span(struct span a, struct span b)
{
	return a.start == b.start && a.end == b.end;
}

static void mark_event(struct marks *m, const struct result *r, const json_t *row,
		       struct span sentence, struct span trigger)
{
	for (uint32_t i = 0; i < r->n_events; i++) {
		const struct result_event *v = &r->events[i];

		if (!same_span(v->trigger, trigger) || !same_span(v->sentence, sentence) ||
		    !str_is(row_str(row, "type"), event_type_name(v->type)) ||
		    json_array_size(json_object_get(row, "source")) != v->source.n ||
		    json_array_size(json_object_get(row, "target")) != v->target.n)
			continue;
		marks_add_entities(m, r, &v->source, sentence, trigger, "who");
		marks_add_entities(m, r, &v->target, sentence, trigger, "whom");
		return;
	}
}

static void mark_stance(struct marks *m, const struct result *r, const json_t *row,
			struct span sentence, struct span trigger)
{
	for (uint32_t i = 0; i < r->n_stances; i++) {
		const struct result_stance *v = &r->stances[i];

		if (!same_span(v->trigger, trigger) || !same_span(v->sentence, sentence) ||
		    !str_eq(row_str(row, "target"), v->target.text))
			continue;
		marks_add(m, sentence, v->target.span, "on what");
		marks_add_entities(m, r, &v->holder, sentence, trigger, "whose");
		return;
	}
}

/* Where the record is not kept any more, or is a newer one, only what says it is marked. */
static struct marks marks_of(struct source *s, const json_t *row, bool is_event)
{
	struct span sentence = span_of(row, "sentence_start", "sentence_end");
	struct span trigger = span_of(row, "trigger_start", "trigger_end");
	struct marks m = {0};
	struct arena a = {0};
	char job[24];
	struct msg_argument argument = {STR("job"), {job, 0}};
	struct link_query q = {
		.what = "results", .arguments = &argument, .n_arguments = 1, .limit = 1};
	struct str packed;
	struct result r;
	struct err ignored;
	uint64_t seq;

	snprintf(job, sizeof(job), "%ld", (long)row_int(row, "job"));
	argument.value = str_of(job);
	marks_add(&m, sentence, trigger, "");
	if (source_first(s, &q, &packed, &ignored) == 1 &&
	    record_row(packed, &a, &r, &seq, &ignored) == 0 &&
	    seq == (uint64_t)row_int(row, "seq")) {
		result_drop_doubtful(&r);
		(is_event ? mark_event : mark_stance)(&m, &r, row, sentence, trigger);
	}
	arena_free(&a);
	return m;
}

static void print_sentence(const json_t *row, const struct marks *m)
{
	struct arena a = {0};
	struct buf b = {0};

	marks_render(m, span_of(row, "sentence_start", "sentence_end"),
		     text_one_line(&a, row_str(row, "text")), style_on(stdout, STYLE_MARK),
		     style_off(stdout), &b);
	printf("  %.*s\n", STR_ARG(buf_str(&b)));
	buf_free(&b);
	arena_free(&a);
}

static void print_line(const char *key, struct str value)
{
	struct arena a = {0};

	if (value.n)
		printf("  %-11s %.*s\n", key, STR_ARG(text_one_line(&a, value)));
	arena_free(&a);
}

static void print_actors(const json_t *row, const char *key, const char *shown)
{
	const json_t *actor;
	size_t i;

	json_array_foreach(json_object_get(row, key), i, actor)
	{
		struct str code = row_str(actor, "code"), role = row_str(actor, "role");

		printf("  %-11s %.*s%s%.*s%s%.*s%s\n", i ? "" : shown,
		       STR_ARG(row_str(actor, "name")), code.n ? " (" : "", STR_ARG(code),
		       role.n ? " " : "", STR_ARG(role), code.n ? ")" : "");
	}
}

static void print_number(const char *key, const char *fmt, double v)
{
	char text[64];

	snprintf(text, sizeof(text), fmt, v);
	print_line(key, str_of(text));
}

static void print_where(const json_t *row)
{
	struct str title = row_str(row, "title");

	printf("  %-11s %.*s%s%.*s%s (characters %ld to %ld)\n", "document",
	       STR_ARG(row_str(row, "document")), title.n ? ", “" : "", STR_ARG(title),
	       title.n ? "”" : "", (long)row_int(row, "sentence_start"),
	       (long)row_int(row, "sentence_end"));
	print_line("published", row_str(row, "doc_date"));
}

static void print_event(const json_t *row, const struct marks *m, const char *id)
{
	struct str type = row_str(row, "type"), mode = row_str(row, "mode");

	printf("%s%s  %.*s%s%.*s%s\n", style_on(stdout, STYLE_BOLD), id, STR_ARG(type),
	       mode.n ? ", " : "", STR_ARG(mode), style_off(stdout));
	print_sentence(row, m);
	printf("  %-11s %.*s: the actor %s\n", "type", STR_ARG(type), meaning_of(type));
	print_actors(row, "source", "who");
	print_actors(row, "target", "whom");
	print_actors(row, "by", "reported by");
	print_line("when", row_str(row, "date"));
	print_line("where", row_str(row, "place"));
	print_line("status", row_str(row, "status"));
	print_line("contexts", row_str(row, "contexts"));
	print_line("CAMEO", row_str(row, "cameo"));
	print_number("Goldstein", "%+.1f", row_double(row, "goldstein"));
	print_number("confidence", "%.2f", row_double(row, "confidence"));
	print_line("rule", row_str(row, "rule"));
	if (row_int(row, "same_as"))
		printf("  %-11s E%ld, told before in this document\n", "same as",
		       (long)row_int(row, "same_as"));
	if (row_int(row, "reports") > 1)
		printf("  %-11s %ld documents tell it (--cluster %.*s)\n", "reports",
		       (long)row_int(row, "reports"), STR_ARG(row_str(row, "cluster")));
	print_where(row);
}

static void print_stance(const json_t *row, const struct marks *m, const char *id)
{
	static const char *const STRENGTHS[] = {"", "mild", "clear", "strong"};
	int64_t n = row_int(row, "strength");

	printf("%s%s  %s %.*s%s\n", style_on(stdout, STYLE_BOLD), id,
	       STRENGTHS[n >= 1 && n <= 3 ? n : 0], STR_ARG(row_str(row, "polarity")),
	       style_off(stdout));
	print_sentence(row, m);
	print_actors(row, "holder", "whose");
	print_line("on what", row_str(row, "target"));
	print_line("that is", row_str(row, "target_code"));
	print_actors(row, "about", "concerns");
	print_actors(row, "by", "reported by");
	print_line("kind", row_str(row, "kind"));
	print_line("topic", row_str(row, "topic"));
	print_line("issue", row_str(row, "issue"));
	print_number("confidence", "%.2f", row_double(row, "confidence"));
	print_line("rule", row_str(row, "rule"));
	print_where(row);
}

/* One line on standard error where the alternatives cannot be had: the rest is there. */
static json_t *alternatives_of(struct why *w, struct source *s, const json_t *row, bool is_event)
{
	struct err e;
	json_t *found;

	if (!w)
		return NULL;
	found = is_event ? why_event(w, s, row, &e) : why_stance(w, s, row, &e);
	if (!found)
		fprintf(stderr, "demarche explain: cannot say what was weighed: %s\n", e.text);
	return found;
}

static void print_json(json_t *row, json_t *entries, json_t *alternatives)
{
	if (entries)
		json_object_set(row, "entries", entries);
	if (alternatives)
		json_object_set(row, "alternatives", alternatives);
	json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
}

static void print(struct source *s, const json_t *row, const json_t *entries,
		  const json_t *alternatives, const char *id)
{
	bool is_event = json_object_get(row, "event") != NULL;
	struct marks m = marks_of(s, row, is_event);

	(is_event ? print_event : print_stance)(row, &m, id);
	if (entries)
		entries_print(entries);
	if (alternatives)
		why_print(alternatives);
}

/* Where answers come from: the store, the engine and the codebook; the latter two may be missing.
 */
struct knowledge {
	struct source *source;
	struct why *why;
	struct entries *entries;
};

static int explain_one(const struct knowledge *k, const char *id, bool json, struct err *e)
{
	bool is_event = id[0] == 'E' || id[0] == 'e';
	const char *kind = is_event ? "event" : "stance";
	struct msg_argument argument = {str_of(kind), str_of(id + 1)};
	struct link_query q = {.what = is_event ? "events" : "stances",
			       .arguments = &argument,
			       .n_arguments = 1,
			       .limit = 1};
	struct str packed;
	int got = source_first(k->source, &q, &packed, e);
	json_t *row, *alternatives, *entries;

	if (got < 0)
		return -1;
	if (got == 0)
		return err_set(e, ERR_NOT_FOUND, "no %s %s", kind, id);
	row = source_row(packed, e);
	if (!row)
		return -1;
	alternatives = alternatives_of(k->why, k->source, row, is_event);
	entries = k->entries ? entries_of(k->entries, row) : NULL;
	if (json)
		print_json(row, entries, alternatives);
	else
		print(k->source, row, entries, alternatives, id);
	json_decref(entries);
	json_decref(alternatives);
	json_decref(row);
	return 0;
}

static int check_ids(int n, char **ids, struct err *e)
{
	if (n == 0)
		return err_set(e, ERR_INVALID, "which one? E12 is an event, S12 a stance");
	for (int i = 0; i < n; i++)
		if (!strchr("EeSs", ids[i][0]) || !ids[i][0] || !ids[i][1] ||
		    ids[i][1 + strspn(ids[i] + 1, "0123456789")])
			return err_set(e, ERR_INVALID, "\"%s\" is neither E12 nor S12", ids[i]);
	return 0;
}

/* What is missing is said, and the rest goes on without it. */
static void open_engine(struct knowledge *k, const struct work_options *o)
{
	struct err e;

	k->why = why_open(o, &e);
	if (!k->why) {
		fprintf(stderr, "demarche explain: cannot say what was weighed: %s\n", e.text);
		return;
	}
	k->entries = entries_open(why_images(k->why), o->codebook, &e);
	if (!k->entries)
		fprintf(stderr, "demarche explain: cannot name the codebook's lines: %s\n", e.text);
}

int cmd_explain(int argc, char **argv)
{
	struct explain o = {0};
	struct err e;
	int operand, status = command_options(&PROGRAM_EXPLAIN, argc, argv, &o, &operand);
	struct knowledge k = {0};

	if (status >= 0)
		return status;
	if (check_ids(argc - operand, argv + operand, &e) < 0)
		return options_wrong(&PROGRAM_EXPLAIN, &e);
	k.source = source_open(&o.source, &e);
	status = k.source ? EXIT_DONE : link_exit_status(&e);
	if (!k.source)
		fprintf(stderr, "demarche explain: %s\n", e.text);
	if (k.source && !o.brief)
		open_engine(&k, &o.work);
	for (int i = operand; k.source && i < argc; i++) {
		if (i > operand && !o.json)
			putchar('\n');
		if (explain_one(&k, argv[i], o.json, &e) == 0)
			continue;
		fprintf(stderr, "demarche explain: %s\n", e.text);
		status = link_exit_status(&e);
	}
	entries_close(k.entries);
	why_close(k.why);
	source_close(k.source);
	return status;
}
