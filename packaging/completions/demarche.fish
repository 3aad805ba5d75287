# fish completion of demarche: commands with their summaries, flags from the programs themselves.
function __demarche_commands
    demarche --help 2>/dev/null | string replace -rf '^  ([a-z]+)  +(.*)' '$1\t$2'
end
function __demarche_flags
    set -l words (commandline -opc)
    if test (basename $words[1]) = demarche
        test (count $words) -ge 2; and demarche $words[2] --print-flags 2>/dev/null | string replace -r '=.*' '='
    else
        $words[1] --print-flags 2>/dev/null | string replace -r '=.*' '='
    end
end
complete -c demarche -n 'test (count (commandline -opc)) -eq 1' -f -a '(__demarche_commands)'
for program in demarche demarche-broker demarche-worker
    complete -c $program -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__demarche_flags)'
end
