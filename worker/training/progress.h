/* What a long training tells on the way: lines on stderr with the seconds since the first. */
#ifndef DEMARCHE_TRAINING_PROGRESS_H
#define DEMARCHE_TRAINING_PROGRESS_H

void progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
