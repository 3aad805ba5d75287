/* CLONES before a function: compiled for several widths of vector, the right one chosen when the
 * program starts. Only where gcc does it on x86-64; elsewhere (clang 14 cannot share such functions
 * between files, sanitizers run before the choice) there is one plain function with the same
 * results. */
#ifndef DEMARCHE_ENGINE_CLONES_H
#define DEMARCHE_ENGINE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif

#endif
