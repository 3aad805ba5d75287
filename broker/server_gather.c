/* Producers that wait for each answer come back together when they come back at once: then one
 * turn, with one sync, serves all of them. So a turn that has something to write waits for those
 * that were answered just now:
 *
 *     turn 1: A B ──sync──▶ answers A B          without: A B │ C D │ A B │ C D …
 *     turn 2: C D … A B     (waits for A, B)     with:    A B C D │ A B C D │ …
 *
 * It waits no longer than a further turn would cost, counted from the answers, and only for peers
 * that have nothing else under way and used to come back at once. Where the disk is quick nobody
 * waits: A and B are on their way while C and D are written, which gains more than the syncs cost.
 * What goes wrong: a peer does not come back; then nobody waits for it until it has been quick
 * PATIENCE times. */
#include "broker/server_state.h"

/* QUICK_US: a turn of half of the producers with a sync of its own then costs less than the other
 * half takes to come back. */
enum { PATIENCE = 8, WAIT_MOST_US = 2000, COST_WEIGHT = 8, QUICK_US = 300 };

bool server_disk_is_quick(const struct server *s)
{
	return s->gathering.cost_us < QUICK_US;
}

void server_gather_asked(struct server_peer *p)
{
	p->n_asked++;
}

void server_gather_answered(struct server *s, struct server_peer *p)
{
	struct gathering *g = &s->gathering;

	if (p->n_asked)
		p->n_asked--;
	g->answered_us = wire_now_us();
	p->answered_turn = g->n_turns;
	if (p->n_asked || p->awaited || p->impatience)
		return;
	p->awaited = true;
	g->n_awaited++;
	MEM_GROW(g->peers, g->n_peers, g->cap_peers);
	g->peers[g->n_peers++] = p->number;
}

void server_gather_came(struct server *s, struct server_peer *p)
{
	if (p->awaited) {
		p->awaited = false;
		s->gathering.n_awaited--;
	} else if (p->impatience && s->gathering.n_turns - p->answered_turn <= 1) {
		p->impatience--;
	}
	p->answered_turn = 0;
}

int server_gather_wait(struct server *s, struct err *e)
{
	struct gathering *g = &s->gathering;
	int64_t left;

	if (!g->n_awaited || server_disk_is_quick(s))
		return 0;
	left = g->answered_us + g->cost_us - wire_now_us();
	if (left <= 0)
		return 0;
	g->waited = true;
	return wire_wait(s->wire, left, e);
}

/* Those that did not come are not waited for again soon, where others were made to wait. */
void server_gather_end(struct server *s)
{
	struct gathering *g = &s->gathering;

	for (uint32_t i = 0; i < g->n_peers; i++) {
		struct server_peer *p = server_peer_of(s, g->peers[i]);

		if (!p || !p->awaited)
			continue;
		p->awaited = false;
		if (g->waited)
			p->impatience = PATIENCE;
	}
	g->n_peers = g->n_awaited = 0;
	g->waited = false;
	g->n_turns++;
}

void server_gather_cost(struct server *s, int64_t took_us)
{
	struct gathering *g = &s->gathering;

	if (took_us > WAIT_MOST_US)
		took_us = WAIT_MOST_US;
	g->cost_us += (took_us - g->cost_us) / COST_WEIGHT;
}
