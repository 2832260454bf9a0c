import { type Place, spellings, valued } from './places.ts';

/** For bash 3.2 and later, without the package bash-completion. */
export function bashScript(places: readonly Place[]): string {
  // Readline splits at = and : as well; what is asked for here are the words of the shell.
  return `# bash completion for kratos-identity-operator kratos. To use it now:
#   source <(kratos-identity-operator kratos completion bash)
_kratos_identity_operator() {
  local line=\${COMP_LINE:0:COMP_POINT} place='' expect='' current='' word i
  local words flags='' answers=''
  read -ra words <<<"$line"
  if [[ $line != *[[:space:]] ]]; then
    current=\${words[\${#words[@]} - 1]}
    unset "words[\${#words[@]} - 1]"
  fi
  for ((i = 1; i < \${#words[@]}; i++)); do
    word=\${words[i]}
    if [[ -n $expect ]]; then
      expect=''
      continue
    fi
    case $word in
      ${valued(places, false).join('|')}) expect=$word ;;
      -*) ;;
      *) place="$place $word" ;;
    esac
  done
  if [[ $current == --*=* ]]; then
    expect=\${current%%=*}
    current=\${current#*=}
  fi
  place=\${place# }
  case $place in
${places.map(branch).join('\n')}
  esac
  COMPREPLY=()
  case $expect in
    '')
      if [[ $current == -* ]]; then answers=$flags; fi
      ;;
    ${valued(places, true).join('|')})
      compopt -o filenames 2>/dev/null
      local IFS=$'\\n'
      COMPREPLY=($(compgen -f -- "$current"))
      return
      ;;
  esac
  COMPREPLY=($(compgen -W "$answers" -- "$current"))
}
complete -F _kratos_identity_operator kratos-identity-operator
`;
}

/** What is typed after these words; a flag's fixed values come before the words. */
function branch({ after, words, flags }: Place): string {
  const values = flags.flatMap((flag) =>
    flag.kind === 'option' && flag.words !== undefined
      ? [`        ${spellings(flag).join('|')}) answers='${flag.words.join(' ')}' ;;`]
      : [],
  );
  const next = words.map(({ word }) => word).join(' ');
  return `    '${after}'${flags.length === 0 ? '' : ` | '${after} '*`})
      flags='${flags.flatMap(spellings).join(' ')}'
      case $expect in
${[...values, `        '') if [[ $place == '${after}' ]]; then answers='${next}'; fi ;;`].join('\n')}
      esac
      ;;`;
}
