/* What the ranker of stances looks at: features of a target where it stands, and of a holder and
 * a target together. Knows no weights. Changing a template means training again. */
#ifndef DEMARCHE_ENGINE_STANCE_FEATURES_H
#define DEMARCHE_ENGINE_STANCE_FEATURES_H

#include "worker/engine/linear.h"
#include "worker/engine/stance_pairs.h"

/* Kinds of features, one after the other in a list: where each ends. */
enum { TARGET_PARTS = 6, PAIR_PARTS = 5, SIGN_PARTS = 2, PARTS_MAX = 6 };
struct feature_parts {
	uint32_t n, end[PARTS_MAX];
};

/* Adds to *f; the caller empties it. The parts, unless NULL, are those of what is added. */
void stance_target_features(const struct stance_ground *s, const struct candidates *c,
			    uint32_t target, struct features *f, struct feature_parts *parts);
void stance_pair_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f, struct feature_parts *parts);

/* More of a pair's last part: what composes to the phrase and leads up to it, by the part that the
 * holder has there, and whether somebody else is who does it. Whether the holder stands somewhere
 * on it hangs on that, not where: the sign's model does without. */
void stance_part_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f, struct feature_parts *parts);

/* For the choice between support and oppose. */
void stance_sign_features(const struct stance_ground *s, const struct candidates *c,
			  const struct pair *p, struct features *f);

/* What the sign's features have beside those of target and pair. */
void stance_sign_rest(const struct stance_ground *s, const struct candidates *c,
		      const struct pair *p, struct features *f, struct feature_parts *parts);

#endif
