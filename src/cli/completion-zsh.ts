import type { Flag } from './command.ts';
import { type Choice, type Place, spellings, valued } from './places.ts';

/** For zsh 5, with its own completion system. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef kratos-identity-operator
# zsh completion for kratos-identity-operator kratos. To use it now, after compinit:
#   source <(kratos-identity-operator kratos completion zsh)
_kratos_identity_operator() {
  local current=$words[CURRENT] place='' expect='' word
  local -a flags answers
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $expect ]]; then
      expect=''
      continue
    fi
    case $word in
      (${valued(places, false).join('|')}) expect=$word ;;
      (-*) ;;
      (*) place="$place $word" ;;
    esac
  done
  if [[ $current == --*=* ]]; then
    expect=\${current%%=*}
    compset -P '*='
  fi
  place=\${place# }
  case $place in
${places.map(branch).join('\n')}
  esac
  case $expect in
    ('')
      if [[ $current == -* ]]; then
        _describe -o flag flags
        return
      fi
      ;;
    (${valued(places, true).join('|')})
      _files
      return
      ;;
  esac
  _describe word answers
}
if [[ $funcstack[1] == _kratos_identity_operator ]]; then
  _kratos_identity_operator "$@"
else
  compdef _kratos_identity_operator kratos-identity-operator
fi
`;
}

/** What is typed after these words; a flag's fixed values come before the words. */
function branch({ after, words, flags }: Place): string {
  const values = flags.flatMap((flag) =>
    flag.kind === 'option' && flag.words !== undefined
      ? [`        (${spellings(flag).join('|')}) answers=(${flag.words.join(' ')}) ;;`]
      : [],
  );
  return `    ('${after}'${flags.length === 0 ? '' : `|'${after} '*`})
      flags=(${flags.flatMap(described).map(quoted).join(' ')})
      case $expect in
${[...values, `        ('') if [[ $place == '${after}' ]]; then answers=(${words.map(quoted).join(' ')}); fi ;;`].join('\n')}
      esac
      ;;`;
}

function described(flag: Flag): Choice[] {
  return spellings(flag).map((word) => ({ word, help: flag.help }));
}

/** As `_describe` takes it: the word, a colon, its help. */
function quoted({ word, help }: Choice): string {
  const text = help === '' ? word : `${word}:${help}`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
