# bash completion of demarche, demarche-broker and demarche-worker. The flags come from the
# programs themselves (--print-flags), so that this file cannot grow old.
_demarche() {
	local cur=${COMP_WORDS[COMP_CWORD]} program=${COMP_WORDS[0]} flags commands
	COMPREPLY=()
	if [[ ${program##*/} == demarche && $COMP_CWORD -eq 1 ]]; then
		commands=$("$program" --help 2>/dev/null | sed -nE 's/^  ([a-z]+)  .*/\1/p')
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
		return
	fi
	if [[ $cur == -* ]]; then
		if [[ ${program##*/} == demarche ]]; then
			flags=$("$program" "${COMP_WORDS[1]}" --print-flags 2>/dev/null)
		else
			flags=$("$program" --print-flags 2>/dev/null)
		fi
		mapfile -t COMPREPLY < <(compgen -W "$(sed -E 's/=.*/=/' <<<"$flags")" -- "$cur")
		[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
		return
	fi
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	compopt -o filenames
}
complete -F _demarche demarche demarche-broker demarche-worker
