# Warnings are errors, with gcc and clang alike.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wundef -Wwrite-strings -Werror)
option(DEMARCHE_SANITIZE "address and undefined-behaviour sanitizers" OFF)
option(DEMARCHE_TSAN "thread sanitizer" OFF)
option(DEMARCHE_FUZZ "libFuzzer targets (clang)" OFF)
if(DEMARCHE_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=address,undefined)
endif()
if(DEMARCHE_TSAN)
	add_compile_options(-fsanitize=thread)
	# Function clones are chosen before the sanitizer has started, and their chooser is instrumented.
	add_compile_options("-Dtarget_clones(...)=")
	add_link_options(-fsanitize=thread)
endif()
if(DEMARCHE_FUZZ)
	# A seed finds the same everywhere: how deep the stack is depends on where it begins, and which
	# clone of a function runs on the processor.
	add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
		-fno-sanitize-coverage=stack-depth "-Dtarget_clones(...)=")
	add_link_options(-fsanitize=address,undefined)
endif()
if((DEMARCHE_SANITIZE OR DEMARCHE_TSAN) AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
	# Under instrumentation gcc guesses at lengths and is wrong: cutting a text is intended.
	add_compile_options(-Wno-format-truncation -Wno-maybe-uninitialized)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
	# A loop that is not vectorized (instrumented, or for this processor) is slower, not wrong.
	add_compile_options(-Wno-pass-failed)
endif()
