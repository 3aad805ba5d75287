/* Names of tags: what the numbers in token.xpos and token.feats stand for. */
#ifndef DEMARCHE_ENGINE_TAG_H
#define DEMARCHE_ENGINE_TAG_H

#include "worker/engine/doc.h"
#include "worker/engine/image.h"

/* clang-format off */
#define XPOS_LIST(X)                                                                               \
	X(NONE, "_") X(DOLLAR, "$") X(QUOTE_END, "''") X(COMMA, ",") X(LRB, "-LRB-")               \
	X(RRB, "-RRB-") X(STOP, ".") X(COLON, ":") X(ADD, "ADD") X(AFX, "AFX") X(CC, "CC")         \
	X(CD, "CD") X(DT, "DT") X(EX, "EX") X(FW, "FW") X(GW, "GW") X(HYPH, "HYPH") X(IN, "IN")    \
	X(JJ, "JJ") X(JJR, "JJR") X(JJS, "JJS") X(LS, "LS") X(MD, "MD") X(NFP, "NFP")              \
	X(NN, "NN") X(NNP, "NNP") X(NNPS, "NNPS") X(NNS, "NNS") X(PDT, "PDT") X(POS, "POS")        \
	X(PRP, "PRP") X(PRPS, "PRP$") X(RB, "RB") X(RBR, "RBR") X(RBS, "RBS") X(RP, "RP")          \
	X(SYM, "SYM") X(TO, "TO") X(UH, "UH") X(VB, "VB") X(VBD, "VBD") X(VBG, "VBG")              \
	X(VBN, "VBN") X(VBP, "VBP") X(VBZ, "VBZ") X(WDT, "WDT") X(WP, "WP") X(WPS, "WP$")          \
	X(WRB, "WRB") X(QUOTE_START, "``")
/* clang-format on */

enum xpos {
#define X(name, text) XPOS_##name,
	XPOS_LIST(X)
#undef X
		N_XPOS
};

const char *tag_xpos_name(unsigned xpos); /* "_" where it is none */
enum xpos tag_xpos_of(struct str name);   /* XPOS_NONE where it is none */
/* "Number=Sing|…" of token.feats, "_" where there are none; valid as long as the image. */
struct str tag_feats_name(const struct image *model, unsigned feats);

#endif
