#include "worker/task.h"

static const bool MOVES[N_TASK_STATES][N_TASK_STATES] = {
	[TASK_WAITING] = {[TASK_RUNNING] = true, [TASK_FINISHED] = true},
	[TASK_RUNNING] = {[TASK_FINISHED] = true},
	[TASK_FINISHED] = {[TASK_REPORTED] = true},
	[TASK_REPORTED] = {[TASK_FINISHED] = true},
};

void task_move(struct task *task, enum task_state to)
{
	CHECK(MOVES[task->state][to]);
	task->state = to;
	if (to == TASK_FINISHED)
		buf_free(&task->work);
}

static void lease_write(const struct msg_lease *l, struct buf *out)
{
	const struct slot_work w = {.text = l->body,
				    .meta = {.id = l->id,
					     .title = l->title,
					     .date = l->date,
					     .source = l->source,
					     .lang = l->lang,
					     .date_source = l->date_source,
					     .collection = l->collection}};

	slot_work_write(&w, out);
}

struct task *tasks_grant(struct tasks *t, uint32_t link, const struct msg_lease *lease)
{
	struct task *task = tasks_of_job(t, link, lease->job);

	if (task) {
		task->attempt = (uint32_t)lease->attempt;
		if (task->state == TASK_REPORTED)
			task_move(task, TASK_FINISHED);
		return task;
	}
	task = mem_alloc(sizeof(*task));
	*task = (struct task){.state = TASK_WAITING,
			      .number = ++t->last_number,
			      .job = lease->job,
			      .attempt = (uint32_t)lease->attempt,
			      .link = link};
	lease_write(lease, &task->work);
	MEM_GROW(t->list, t->n, t->cap);
	t->list[t->n++] = task;
	return task;
}

struct task *tasks_of_job(struct tasks *t, uint32_t link, uint64_t job)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i]->job == job && t->list[i]->link == link)
			return t->list[i];
	return NULL;
}

struct task *tasks_of_number(struct tasks *t, uint64_t number)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i]->number == number)
			return t->list[i];
	return NULL;
}

struct task *tasks_first(struct tasks *t, enum task_state s)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i]->state == s)
			return t->list[i];
	return NULL;
}

uint32_t tasks_count(const struct tasks *t, uint32_t link)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n; i++)
		n += t->list[i]->link == link;
	return n;
}

static void task_free(struct task *task)
{
	buf_free(&task->work);
	buf_free(&task->record);
	mem_free(task);
}

void tasks_drop(struct tasks *t, struct task *task)
{
	uint32_t i = 0;

	while (t->list[i] != task)
		i++;
	memmove(t->list + i, t->list + i + 1, (--t->n - i) * sizeof(*t->list));
	task_free(task);
}

void tasks_free(struct tasks *t)
{
	while (t->n)
		task_free(t->list[--t->n]);
	mem_free(t->list);
	*t = (struct tasks){0};
}
